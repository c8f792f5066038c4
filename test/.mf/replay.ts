import { readFileSync, readdirSync } from 'node:fs'
import { loadAll as load } from 'js-yaml'
import { FieldManager, managerOrUserAgent } from '../../packages/framework/src/schema/managed-fields/field-manager.ts'
import { FieldSet } from '../../packages/framework/src/schema/managed-fields/field-set.ts'
import { compileAtoms } from '../../packages/framework/src/schema/managed-fields/atoms.ts'
import { deepEqual, clone } from '../../packages/framework/src/util/json.ts'
const docs: any[] = []

const list: any[] = load(readFileSync('test/golden/widgets.crd.yaml','utf8')) as any
const types = new Map<string, any>(), schemas = new Map<string, any>()
for (const crd of list) for (const v of crd.spec.versions) {
  const k = `golden.example.com/${v.name}/${crd.spec.names.kind}`
  schemas.set(k, v.schema.openAPIV3Schema); types.set(k, compileAtoms(v.schema.openAPIV3Schema, true))
}
function dflt(s: any, v: any) {
  if (v && typeof v === 'object' && !Array.isArray(v)) {
    for (const [k, p] of Object.entries<any>(s.properties ?? {})) {
      if ((v[k] === undefined || (v[k] === null && !p.nullable)) && p.default !== undefined) v[k] = clone(p.default)
      if (v[k] !== undefined) dflt(p, v[k])
    }
    if (s.additionalProperties && typeof s.additionalProperties==='object') for (const k of Object.keys(v)) if (!s.properties?.[k]) dflt(s.additionalProperties, v[k])
  } else if (Array.isArray(v) && s.items) for (const i of v) dflt(s.items, i)
}
function mp(t: any, p: any): any { if (p===null||typeof p!=='object'||Array.isArray(p)) return p; const o: any = t&&typeof t==='object'&&!Array.isArray(t)?{...t}:{}; for (const k of Object.keys(p)) if (p[k]===null) delete o[k]; else o[k]=mp(o[k],p[k]); return o }
const only = process.argv[2]
let ok = 0, bad = 0, skipped = 0
for (const f of readdirSync('test/golden/widgets').filter(f=>f.endsWith('.json'))) {
  if (only && !f.includes(only)) continue
  const d = JSON.parse(readFileSync('test/golden/widgets/'+f,'utf8').replaceAll('<time>','2020-01-01T00:00:00Z'))
  const lives = new Map<string, any>()
  for (const [i, s] of d.steps.entries()) {
    if (!s.path) continue
    const m = /\/apis\/golden\.example\.com\/(\w+)\/(?:namespaces\/[^/]+\/)?(widgets|gadgets)(?:\/([^/?]+))?(?:\/(status|scale))?(?:\?(.*))?$/.exec(s.path)
    if (!m) continue
    const [, version, plural, name0, sub, query] = m
    const want = s.want ?? {}, q = new URLSearchParams((query ?? '').replaceAll('{{ns}}','ns'))
    const kind = plural === 'widgets' ? 'Widget' : 'Gadget'
    const apiVersion = 'golden.example.com/' + version
    const body = want.body
    const isObj = body && body.kind === kind && body.metadata
    const name = name0 ?? (isObj ? body.metadata.name : undefined)
    const key = plural + '/' + name
    const live0 = lives.get(key)
    const live = live0 && clone({ ...live0, apiVersion })
    const ct = s.headers?.['content-type'] ?? 'application/json'
    const ua = s.headers?.['user-agent'] ?? 'golden/1.0'
    const manager = managerOrUserAgent(q.get('fieldManager') ?? '', ua)
    const reset = sub === 'status' ? FieldSet.parse('{"f:spec":{},"f:metadata":{}}') : plural==='widgets' ? FieldSet.parse('{"f:status":{}}') : undefined
    const fm = new FieldManager({ apiVersion, kind, typeOf: v => types.get(`${v}/${kind}`), convert: (o, v) => types.has(`${v}/${kind}`) ? (o.apiVersion === v ? o : { ...o, apiVersion: v }) : undefined, subresource: sub, resetFields: reset && (() => reset) })
    let out: any, err: any, did = false
    const judged = s.compare !== 'none' && s.compare !== 'status'
    try {
      if (sub === 'scale') { lives.clear(); continue }
      if (s.method === 'PATCH' && ct.startsWith('application/apply')) {
        did = true
        const patch: any = typeof s.body === 'string' ? load(s.body)[0] ?? {} : clone(s.body)
        patch.metadata ??= {}
        if (JSON.stringify(patch).includes('<') || (sub && !live)) { did = false }
        else { out = fm.apply(live, patch, manager, q.get('force') === 'true'); if (out !== live) { out = clone(out); dflt(schemas.get(`${apiVersion}/${kind}`), out) } }
      } else if ((s.method === 'POST' && !name0) || (s.method === 'PUT' && s.body?.kind) || (s.method==='PATCH' && ct.startsWith('application/merge-patch') && live)) {
        if (isObj && want.status < 300) {
          did = true
          let o: any = s.method === 'PATCH' ? mp(live, s.body) : typeof s.body === 'string' ? JSON.parse(s.body) : clone(s.body)
          dflt(schemas.get(`${apiVersion}/${kind}`), o)
          if (live) { for (const k of ['uid','creationTimestamp','generation','namespace']) o.metadata[k] ??= live.metadata[k]; }
          if (!o.metadata.name) o.metadata.name = name
          out = fm.update(live, o, manager)
        }
      }
    } catch (e) { err = e }
    if (did && judged) {
      if (err) {
        const good = err.status && err.code === want.status && (err.status.message === body?.message || s.compare)&& (want.status!==409|| deepEqual(err.status, body))
        if (good) ok++; else { bad++; console.log('ERR', f, i, err.status ?? err, '\nWANT', JSON.stringify(body)?.slice(0, 500)) }
      } else if (isObj) {
        const norm = (x: any) => [...(x ?? [])].map((e: any) => JSON.stringify({ ...e, ...(e.time ? { time: 't' } : {}), fieldsV1: FieldSet.fromJson(e.fieldsV1).toJson() }, Object.keys({manager:1,operation:1,apiVersion:1,time:1,fieldsType:1,subresource:1}))+JSON.stringify(FieldSet.fromJson(e.fieldsV1).toJson())).sort()
        const a = norm(out.metadata.managedFields), b = norm(body.metadata.managedFields)
        const strip = (x: any) => { const { status, ...r } = x; const { managedFields, resourceVersion, generation, uid, creationTimestamp, namespace, ...md } = r.metadata; return { ...r, metadata: md } }
        const so = strip(out), sb = strip(body)
        const same = ct.startsWith('application/apply') && sub!=='status' ? deepEqual(so, sb) : true
        if (deepEqual(a, b) && same) ok++
        else { bad++; console.log('DIFF', f, i, d.description); if (!deepEqual(a,b)) console.log('  got ', a.join('\n       '), '\n  want', b.join('\n       ')); if (!same) console.log('  got ', JSON.stringify(so), '\n  want', JSON.stringify(sb)) }
      } else if (want.status >= 400 && want.status !== 422) { bad++; console.log('NOERR', f, i, want.status, body?.message) } else skipped++
    }
    if (isObj && want.status < 300) { if (s.method === 'DELETE' && !body.metadata.finalizers) lives.delete(key); else if (!q.has('dryRun')) lives.set(key, body) }
    else if (s.method === 'DELETE' && want.status < 300) lives.clear()
    else if (s.method !== 'GET' && want.status < 300) lives.delete(key)
  }
}
console.log({ ok, bad, skipped })
