import { at, listAt } from '../../cluster/members.ts'
import { code, holds, refusal, same, type Rule } from '../rule.ts'
import { versionOf } from '../subject.ts'

const needs = ['create', 'get', 'patch']

export const applyRules: readonly Rule[] = [
  {
    id: 'apply/creates',
    says: 'server-side apply makes what is not there (201), and remembers its manager',
    needs,
    async run(subject) {
      const name = subject.newName()
      const { json } = code(await subject.apply(name, subject.configuration(name, { a: '1' }), 'fieldManager=one'), 201)
      const entry = listAt(json, 'metadata', 'managedFields').find(({ manager }) => manager === 'one')
      same(entry?.['operation'], 'Apply', 'operation of the entry of managedFields')
      const again = code(await subject.apply(name, subject.configuration(name, { a: '1' }), 'fieldManager=one'), 200)
      same(versionOf(again.json), versionOf(json), 'resourceVersion after the same again')
    },
  },
  {
    id: 'apply/manager',
    says: 'apply without fieldManager is refused',
    needs,
    async run(subject) {
      const name = subject.newName()
      refusal(await subject.apply(name, subject.configuration(name, {}), ''), [400, 422])
    },
  },
  {
    id: 'apply/conflict',
    says: 'a field of another manager is a 409 that names it; force takes it',
    needs,
    async run(subject) {
      const name = subject.newName()
      code(await subject.apply(name, subject.configuration(name, { a: '1' }), 'fieldManager=one'), 201)
      const other = subject.configuration(name, { a: '2' })
      const { json } = refusal(await subject.apply(name, other, 'fieldManager=two'), [409], 'Conflict')
      const causes = listAt(json, 'details', 'causes')
      holds(
        causes.some(({ reason }) => reason === 'FieldManagerConflict'),
        'no cause is a FieldManagerConflict',
      )
      holds(
        causes.some(({ field }) => field === '.metadata.labels.a'),
        'no cause names .metadata.labels.a',
      )
      const forced = code(await subject.apply(name, other, 'fieldManager=two&force=true'), 200)
      same(at(forced.json, 'metadata', 'labels', 'a'), '2', 'the label')
    },
  },
  {
    id: 'apply/removes',
    says: 'what a manager no longer applies goes away, unless somebody else has it',
    needs,
    async run(subject) {
      const name = subject.newName()
      code(await subject.apply(name, subject.configuration(name, { a: '1', b: '1' }), 'fieldManager=one'), 201)
      code(await subject.apply(name, subject.configuration(name, { b: '1' }), 'fieldManager=two'), 200)
      const { json } = code(await subject.apply(name, subject.configuration(name, { c: '1' }), 'fieldManager=one'), 200)
      same(Object.keys(at(json, 'metadata', 'labels') ?? {}).sort(), ['b', 'c'], 'the labels')
    },
  },
  {
    id: 'apply/managed-fields',
    says: 'a configuration that brings managedFields is a 400',
    needs,
    async run(subject) {
      const { name, ...metadata } = (await subject.made())['metadata'] as Record<string, unknown>
      const entry = {
        manager: 'one',
        operation: 'Apply',
        apiVersion: subject.apiVersion,
        fieldsType: 'FieldsV1',
        fieldsV1: {},
      }
      const { uid: _, resourceVersion: __, ...kept } = metadata
      const body = { ...subject.draft(), metadata: { ...kept, name, managedFields: [entry] } }
      refusal(await subject.apply(String(name), body, 'fieldManager=one'), [400], 'BadRequest')
    },
  },
  {
    id: 'apply/update-owns',
    says: 'a PUT or PATCH takes the fields that it changes: the next apply of the old value conflicts',
    needs,
    async run(subject) {
      const name = subject.newName()
      const wanted = subject.configuration(name, { a: '1' })
      code(await subject.apply(name, wanted, 'fieldManager=one'), 201)
      code(await subject.patch(name, { metadata: { labels: { a: '2' } } }, 'fieldManager=two'), 200)
      refusal(await subject.apply(name, wanted, 'fieldManager=one'), [409], 'Conflict')
    },
  },
]
