import { Resource, type Getter, type Lister, type ListOptions, type RequestContext } from '@apiserver-kit/framework'
import { Student } from '../apis/miskatonic/v1alpha1/student.ts'
// apiserver-kit:imports

const messages: Readonly<Record<string, string>> = { first: 'Hello.', second: 'Good day.' }

/** Objects that are stored nowhere. The verbs served are the methods that are here: `create`, `update`, `delete` and `watch` may follow. */
export class StudentResource extends Resource<Student> implements Getter<Student>, Lister<Student> {
  readonly storageVersion = Student
  override readonly servedVersions = [
    // apiserver-kit:versions
  ]
  override readonly subresources = [
    // apiserver-kit:subresources
  ]

  /** undefined answers 404. */
  async get(name: string, ctx: RequestContext): Promise<Student | undefined> {
    const message = messages[name]
    return message === undefined ? undefined : newStudent(name, message, ctx)
  }

  async list({ labelSelector, fieldSelector }: ListOptions, ctx: RequestContext): Promise<Student[]> {
    return Object.entries(messages)
      .map(([name, message]) => newStudent(name, message, ctx))
      .filter(({ metadata }) => labelSelector.matches(metadata.labels))
      .filter(({ metadata: { name = '', namespace = '' } }) =>
        fieldSelector.matches({ 'metadata.name': name, 'metadata.namespace': namespace }),
      )
  }
}

const newStudent = (name: string, message: string, { namespace }: RequestContext): Student => ({
  apiVersion: Student.apiVersion,
  kind: Student.kind,
  metadata: { name, namespace: namespace || 'default' },
  spec: { message },
})
