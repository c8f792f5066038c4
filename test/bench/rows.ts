/** One line of the table: what the load client is told to do. */
export interface Row {
  readonly name: string
  readonly says: string
  readonly flags: readonly string[]
  /** Left out unless asked for by name or with --all: it takes long to prepare. */
  readonly long?: boolean
}

const row = (name: string, says: string, work: string, namespace: string, ...flags: string[]): Row => ({
  ...{ name, says },
  flags: ['-row', work, '-namespace', namespace, ...flags],
})

/** `stored` is the version that both servers write to their stores (v1alpha1); `converted` the other one. */
export const rows: readonly Row[] = [
  row('get', 'GET of one object, stored version', 'get', 'bench'),
  row('get-http1', 'the same over HTTP/1.1', 'get', 'bench', '-http', '1'),
  row('get-converted', 'GET of one object, other version', 'get', 'bench', '-version', 'v1beta1'),
  row('list', 'list of 1,000, stored version', 'list', 'bench', '-workers', '2'),
  row('list-converted', 'list of 1,000, other version', 'list', 'bench', '-workers', '2', '-version', 'v1beta1'),
  row('create', 'POST', 'create', 'bench-create'),
  row('update', 'PUT of the object read before, one field changed', 'update', 'bench-update'),
  row('merge', 'merge patch of one field', 'merge', 'bench-update'),
  row('json', 'JSON patch of one field', 'json', 'bench-update'),
  row('apply', 'server-side apply that changes one field', 'apply', 'bench-update'),
  row('delete', 'DELETE', 'delete', 'bench-delete', '-objects', '20000'),
  row('watch-10', 'an event to one of 10 watchers', 'watch', 'bench-watch', '-watchers', '10', '-rate', '200'),
  row('watch-100', 'an event to one of 100 watchers', 'watch', 'bench-watch', '-watchers', '100', '-rate', '50'),
  row('watch-1000', 'an event to one of 1,000 watchers', 'watch', 'bench-watch', '-watchers', '1000', '-rate', '5'),
  row('informer', 'list of 1,000 from the cache and a watch from there', 'informer', 'bench', '-workers', '2'),
  row('discovery', 'aggregated discovery', 'discovery', 'bench'),
  row('openapi', 'OpenAPI v3 of one group version', 'openapi', 'bench', '-workers', '2'),
  {
    ...row('page', 'page of 500 out of 100,000', 'page', 'bench-page', '-objects', '100000', '-workers', '2'),
    long: true,
  },
]
