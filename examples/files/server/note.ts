import { field, StatusSubresource, StoredResource, type FieldError } from '@apiserver-kit/framework'
import { Note } from '../apis/notes/v1alpha1/note.ts'
// apiserver-kit:imports

export class NoteResource extends StoredResource<Note> {
  readonly storageVersion = Note
  override readonly servedVersions = [
    // apiserver-kit:versions
  ]
  override readonly subresources = [
    new StatusSubresource<Note>(),
    // apiserver-kit:subresources
  ]

  /** What the schema cannot say. */
  override validate({ spec }: Note): FieldError[] {
    return spec.message?.trim() === '' ? [field.invalid('spec.message', spec.message, 'must say something')] : []
  }
}
