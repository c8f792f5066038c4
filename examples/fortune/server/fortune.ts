import { Resource, type Getter, type Lister, type ListOptions } from '@apiserver-kit/framework'
import { Fortune } from '../apis/fun/v1alpha1/fortune.ts'
// apiserver-kit:imports

const messages: Readonly<Record<string, string>> = {
  pessimist: 'A pessimist is a man who thinks everybody as nasty as himself.',
  programmer: 'The generation of random numbers is too important to be left to chance.',
  today: 'Today is a good day to look at what you did yesterday.',
}

/** Fortunes are stored nowhere: `random` is another one each time. */
export class FortuneResource extends Resource<Fortune> implements Getter<Fortune>, Lister<Fortune> {
  readonly storageVersion = Fortune
  override readonly servedVersions = [
    // apiserver-kit:versions
  ]
  override readonly subresources = [
    // apiserver-kit:subresources
  ]
  readonly #random: () => number

  constructor(random: () => number = Math.random) {
    super()
    this.#random = random
  }

  /** undefined answers 404. */
  get(name: string): Promise<Fortune | undefined> {
    if (name === 'random') {
      const all = Object.values(messages)
      return Promise.resolve(newFortune(name, all[Math.floor(this.#random() * all.length)] ?? ''))
    }
    const message = messages[name]
    return Promise.resolve(message === undefined ? undefined : newFortune(name, message))
  }

  list({ labelSelector, fieldSelector }: ListOptions): Promise<Fortune[]> {
    const all = Object.entries(messages).map(([name, message]) => newFortune(name, message))
    return Promise.resolve(
      all.filter(
        ({ metadata: { labels, name = '' } }) =>
          labelSelector.matches(labels) && fieldSelector.matches({ 'metadata.name': name }),
      ),
    )
  }
}

const newFortune = (name: string, message: string): Fortune => ({
  apiVersion: Fortune.apiVersion,
  kind: Fortune.kind,
  metadata: { name, labels: { words: String(message.split(' ').length) } },
  spec: { message },
})
