/** Mistakes with subresources that must not compile. */
import {
  ActionSubresource,
  ChannelSubresource,
  defineKind,
  ExecOptions,
  StatusSubresource,
  StoredResource,
  StreamSubresource,
  Subresource,
  Type,
  type ActionOutput,
  type Channels,
  type Connecter,
  type ConnectMethod,
  type ConnectRequest,
  type NamedCreater,
  type ObjectOf,
  type OptionsOf,
  type Streamer,
} from '../src/index.ts'

const common = { group: 'example.com', version: 'v1' } as const
const Thing = defineKind({
  ...common,
  kind: 'Thing',
  plural: 'things',
  schema: Type.Object({ spec: Type.Object({ size: Type.Integer() }) }),
})
type Thing = ObjectOf<typeof Thing>
const Restart = defineKind({
  ...common,
  kind: 'Restart',
  plural: 'restarts',
  schema: Type.Object({ spec: Type.Object({ graceSeconds: Type.Integer() }) }),
})
type Restart = ObjectOf<typeof Restart>
const Restarted = defineKind({
  ...common,
  kind: 'Restarted',
  plural: 'restarteds',
  schema: Type.Object({ at: Type.Time() }),
})
type Restarted = ObjectOf<typeof Restarted>
const LogOptions = Type.Object({ follow: Type.Boolean({ default: false }), tailLines: Type.Optional(Type.Integer()) })
type LogOptions = OptionsOf<typeof LogOptions>
const OtherOptions = Type.Object({ color: Type.String() })

export class Log extends StreamSubresource<Thing, LogOptions> {
  readonly name = 'log'
  readonly options = LogOptions
  async stream(name: string, options: LogOptions): Promise<AsyncIterable<string>> {
    const follow: boolean = options.follow
    const tailLines: number | undefined = options.tailLines
    // @ts-expect-error -- an option that the schema does not have
    const color: unknown = options.color
    // @ts-expect-error -- the parent needs the request's context
    await this.parentOf(name)
    return (async function* () {
      yield await Promise.resolve([follow, tailLines, color].join())
    })()
  }
}

// @ts-expect-error -- no options, no stream
export class LogWithoutAnything extends StreamSubresource<Thing, LogOptions> {
  readonly name = 'log'
}

export class LogOfOtherOptions extends StreamSubresource<Thing, LogOptions> {
  readonly name = 'log'
  // @ts-expect-error -- the schema of other options
  readonly options = OtherOptions
  stream(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
}

export class LogOfNumbers extends StreamSubresource<Thing, LogOptions> {
  readonly name = 'log'
  readonly options = LogOptions
  // @ts-expect-error -- a stream is of texts or bytes
  stream(): Promise<AsyncIterable<number> | undefined> {
    return Promise.resolve(undefined)
  }
}

export class Exec extends ChannelSubresource<Thing> {
  readonly name = 'exec'
  readonly options = ExecOptions
  run(_name: string, { command }: ExecOptions, open: () => Channels): Promise<number> {
    const words: string[] = command
    open().stdout.end(words.join(' '))
    // @ts-expect-error -- what comes in is not written
    const write: unknown = open().stdin.write
    return Promise.resolve(write === undefined ? 0 : 1)
  }
}

export class ExecOfText extends ChannelSubresource<Thing> {
  readonly name = 'exec'
  readonly options = ExecOptions
  // @ts-expect-error -- an exit code is a number
  run(): Promise<string> {
    return Promise.resolve('0')
  }
}

// @ts-expect-error -- options that say nothing of channels
export class ExecOfOther extends ChannelSubresource<Thing, { readonly stdin: string }> {
  readonly name = 'exec'
  readonly options = Type.Object({ stdin: Type.String() })
  run(): Promise<number> {
    return Promise.resolve(0)
  }
}

export class RestartAction extends ActionSubresource<Thing, Restart, Restarted> {
  readonly name = 'restart'
  readonly input = Restart
  readonly output = Restarted
  run(thing: Thing, restart: Restart): Promise<ActionOutput<Restarted>> {
    const sum: number = thing.spec.size + restart.spec.graceSeconds
    // @ts-expect-error -- a member that the input does not have
    const color: unknown = restart.spec.color
    return Promise.resolve({ at: [sum, color].join() })
  }
}

export class ActionOfOtherInput extends ActionSubresource<Thing, Restart, Restarted> {
  readonly name = 'restart'
  // @ts-expect-error -- the kind of another input
  readonly input = Restarted
  readonly output = Restarted
  // @ts-expect-error -- no object of the output kind
  run(): Promise<{ readonly when: string }> {
    return Promise.resolve({ when: '' })
  }
}

// @ts-expect-error -- an action says what it answers
export class ActionWithoutOutput extends ActionSubresource<Thing, Restart, Restarted> {
  readonly name = 'restart'
  readonly input = Restart
  run(): Promise<ActionOutput<Restarted>> {
    return Promise.resolve({ at: '' })
  }
}

export class Tunnel extends Subresource<Thing> implements Connecter {
  readonly name = 'tunnel'
  readonly connectMethods: readonly ConnectMethod[] = ['GET']
  connect(_name: string, connection: ConnectRequest): Promise<void> {
    connection.upgrade('echo').end()
    // @ts-expect-error -- a header is a text
    connection.upgrade('echo', { 'x-port': 8 })
    // @ts-expect-error -- the options are nobody's until a schema says them
    const port: unknown = connection.options.port
    return port === undefined ? Promise.resolve() : Promise.reject(new Error('never'))
  }
}

// @ts-expect-error -- a connecter says its methods
export class TunnelWithoutMethods extends Subresource<Thing> implements Connecter {
  readonly name = 'tunnel'
  connect(): Promise<void> {
    return Promise.resolve()
  }
}

export class TunnelOfOtherMethods extends Subresource<Thing> implements Connecter {
  readonly name = 'tunnel'
  // @ts-expect-error -- no method of HTTP that connects
  readonly connectMethods = ['HEAD'] as const
  connect(): Promise<void> {
    return Promise.resolve()
  }
}

export class WrongStreamer extends Subresource<Thing> implements Streamer {
  readonly name = 'log'
  // @ts-expect-error -- a stream is promised, not returned
  stream(): undefined {
    return undefined
  }
}

export class WrongCreater extends Subresource<Thing> implements NamedCreater<Restart> {
  readonly name = 'restart'
  // @ts-expect-error -- what is created is an object or a Status
  create(): Promise<string> {
    return Promise.resolve('')
  }
}

// @ts-expect-error -- no name
export class Nameless extends Subresource<Thing> {}

export class Things extends StoredResource<Thing> {
  readonly storageVersion = Thing
  override readonly subresources = [
    new StatusSubresource<Thing>(),
    new Log(),
    new Exec(),
    new RestartAction(),
    new Tunnel(),
  ]
}

export class ThingsWithOther extends StoredResource<Thing> {
  readonly storageVersion = Thing
  // @ts-expect-error -- a subresource is an instance, not a class
  override readonly subresources = [Log]
}
