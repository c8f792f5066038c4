export interface PassedRequest {
  readonly method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  body: string
}

export interface PassedAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** Something that a server does wrong. */
export interface Defect {
  readonly name: string
  /** The rules that have to say so. */
  readonly breaks: readonly string[]
  /** Changes what the server is asked. */
  readonly request?: (request: PassedRequest) => void
  /** Changes what it answers. */
  readonly answer?: (answer: PassedAnswer, request: PassedRequest) => void
  /** Changes each line of a watch: how often and with what it comes. */
  readonly lines?: (line: string) => readonly string[]
}

const without = (parameter: string) => (request: PassedRequest) => {
  request.query.delete(parameter)
}

const isPatch = ({ method, headers }: PassedRequest, type: string): boolean =>
  method === 'PATCH' && (headers['content-type'] ?? '').includes(type)

const changed = (text: string, change: (value: Record<string, any>) => unknown): string => {
  if (!text.startsWith('{')) return text
  const value = JSON.parse(text) as Record<string, any>
  change(value)
  return JSON.stringify(value)
}

function withoutNulls(value: any): any {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  )
}

export const defects: readonly Defect[] = [
  {
    name: 'lists without resourceVersion',
    breaks: ['list/shape'],
    answer: (answer) => {
      if (answer.body.includes('"kind":"WidgetList"') || answer.body.includes('"kind": "WidgetList"'))
        answer.body = changed(answer.body, (list) => delete list['metadata']?.resourceVersion)
    },
  },
  {
    name: 'the last writer wins',
    breaks: ['update/conflict'],
    request: (request) => {
      if (request.method === 'PUT')
        request.body = changed(request.body, (object) => delete object['metadata']?.resourceVersion)
    },
  },
  { name: 'dry runs are done', breaks: ['dry-run/create', 'dry-run/change'], request: without('dryRun') },
  {
    name: 'labels choose nothing',
    breaks: ['list/label-selector', 'watch/selector'],
    request: without('labelSelector'),
  },
  { name: 'lists have one page', breaks: ['list/pages'], request: without('limit') },
  {
    name: 'watches tell of no deletion',
    breaks: ['watch/events', 'watch/selector'],
    lines: (line) => (line.includes('"type":"DELETED"') ? [] : [line]),
  },
  { name: 'watches say everything twice', breaks: ['watch/events'], lines: (line) => [line, line] },
  {
    name: 'watches begin at the begin, whatever is asked',
    breaks: ['watch/resume', 'watch/events'],
    request: (request) => {
      if (request.query.get('watch') === 'true') request.query.delete('resourceVersion')
    },
  },
  {
    name: 'null takes nothing away',
    breaks: ['patch/merge', 'delete/finalizers'],
    request: (request) => {
      if (isPatch(request, 'merge-patch')) request.body = JSON.stringify(withoutNulls(JSON.parse(request.body)))
    },
  },
  {
    name: 'every apply is forced',
    breaks: ['apply/conflict', 'apply/update-owns'],
    request: (request) => {
      if (isPatch(request, 'apply-patch')) request.query.set('force', 'true')
    },
  },
  {
    name: 'preconditions do not count',
    breaks: ['delete/preconditions'],
    request: (request) => {
      if (request.method === 'DELETE') request.body = ''
    },
  },
  {
    name: 'there are no Tables',
    breaks: ['table/list', 'watch/table'],
    request: (request) => {
      if (request.headers['accept']?.includes('as=Table')) request.headers['accept'] = 'application/json'
    },
  },
  {
    name: 'errors are text',
    breaks: ['get/missing', 'create/twice', 'delete/gone'],
    answer: (answer) => {
      if (answer.status < 400) return
      answer.body = 'it went wrong'
      answer.headers['content-type'] = 'text/plain'
    },
  },
  {
    name: 'schemas belong to no kind',
    breaks: ['openapi/v3-document', 'openapi/v2'],
    answer: (answer, { path }) => {
      if (path.startsWith('/openapi/'))
        answer.body = answer.body.replaceAll('x-kubernetes-group-version-kind', 'x-nothing')
    },
  },
  {
    name: 'unknown members are nobody’s business',
    breaks: ['create/field-validation'],
    request: ({ query }) => {
      query.set('fieldValidation', 'Ignore')
    },
  },
  {
    name: 'discovery keeps a verb back',
    breaks: ['discovery/verbs', 'discovery/aggregated'],
    answer: (answer, { path, headers }) => {
      if (/^\/apis\/[^/]+\/v1$/.test(path) && !headers['accept']?.includes('as=APIGroupDiscoveryList'))
        answer.body = answer.body.replaceAll(/"delete",\s*/g, '')
    },
  },
  {
    name: 'what is created is answered with 200',
    breaks: ['create/metadata'],
    answer: (answer, { method, query }) => {
      if (method === 'POST' && answer.status === 201 && !query.has('dryRun')) answer.status = 200
    },
  },
  {
    name: 'nobody manages fields',
    breaks: ['create/managed-fields', 'apply/creates'],
    answer: (answer) => {
      answer.body = answer.body.replaceAll('"managedFields"', '"unmanagedFields"')
    },
  },
]
