import { expect } from 'chai'
import { TemporaryProject } from './temporary-project.ts'

/** A command line, what is said of it, and the code that the CLI ends with. */
const wrong: readonly (readonly [string, string | RegExp, number])[] = [
  ['', 'Something is missing. Type: apiserver-kit <command>', 2],
  ['craete', 'Unknown argument: craete\nDid you mean create?', 2],
  ['create resorce', 'Unknown argument: resorce\nDid you mean resource?', 2],
  ['create resource --knid Order', 'Did you mean --kind?', 2],
  ['frobnicate', /Unknown argument: frobnicate\nRun with --help/, 2],
  ['create', 'create what? Run: apiserver-kit create resource --help', 2],
  ['import', 'import what? Run: apiserver-kit import crd FILE', 2],
  ['run', 'run where? Run: apiserver-kit run local', 2],
  ['import crd', 'Type: apiserver-kit import crd <files..>', 2],
  ['import openapi', 'Type: apiserver-kit import openapi <files..>', 2],
  ['completion', 'Type: apiserver-kit completion <shell>', 2],
  ['completion tcsh', 'Choices: "bash", "zsh", "fish"', 2],
  ['init', 'Type: apiserver-kit init --domain example.com', 2],
  ['init --domain Example', '--domain must be a DNS name in lower case with a dot in it, as example.com', 2],
  ['init --domain', '--domain needs a value: --domain VALUE', 2],
  ['init --domain example.org --name Bad!', '--name must be a name that npm takes', 2],
  ['init --domain example.org --package-manager cargo', 'Choices: "npm", "pnpm", "yarn", "bun"', 2],
  ['init --domain example.org --copyright missing', '--copyright missing cannot be read', 1],
  ['init --domain other.org', 'is there already: nothing was changed', 1],
  ['create group', 'Type: apiserver-kit create group --group shop', 2],
  ['create group --group Shop', '--group must be one word in lower case, as shop', 2],
  ['create group --group shop --name x', '--name must be a DNS name', 2],
  ['create resource --group shop', 'create resource --group shop --version v1alpha1 --kind Order', 2],
  ['create resource --group shop --version 1 --kind Order', '--version must be as v1alpha1, v1beta1 or v1', 2],
  ['create resource --group shop --version v1 --kind order', '--kind must be a word in CamelCase, as Widget', 2],
  ['create resource --group shop --version v1 --kind X --plural X_s', '--plural must be a word in lower case', 2],
  ['create resource --group shop --version v1 --kind X --singular X', '--singular must be', 2],
  ['create resource --group shop --version v1 --kind X --short-names O!', '--short-names must be words in lower', 2],
  ['create resource --group shop --version v1 --kind X --categories A', '--categories must be words in lower', 2],
  ['create resource --group shop --version v1 --kind X --storage disk', 'Choices: "stored", "none"', 2],
  ['create version --group shop', 'create version --group shop --kind Order --version v1beta1', 2],
  [
    'create version --group shop --kind Nope --version v2',
    'add it with `apiserver-kit create resource --group shop',
    1,
  ],
  ['create version --group shop --kind Order --version v1', 'Order is served in v1 already: nothing was changed', 1],
  ['create version --group shop --kind Order --version v3 --from v2', '--from v2: Order has no such version', 1],
  ['create subresource --group shop --kind Order --subresource Bad!', '--subresource must be a word in lower case', 2],
  ['create subresource --group shop --kind Order --type odd', 'Choices: "action", "arbitrary", "connect"', 2],
  [
    'create subresource --group shop --kind Order --type scale --spec-replicas-path x',
    '--spec-replicas-path must be as .spec.replicas',
    2,
  ],
  [
    'create subresource --group shop --kind Order --type scale --status-replicas-path x',
    '--status-replicas-path must be as',
    2,
  ],
  [
    'create subresource --group shop --kind Order --type scale --label-selector-path x',
    '--label-selector-path must be as',
    2,
  ],
  ['create controller', 'Type: apiserver-kit create controller --group shop --kind Order', 2],
  ['create controller --group shop --kind Order', 'controller/order.ts is there already: nothing was changed', 1],
  ['create admission --name lower', '--name must be a word in CamelCase, as RequireOwner', 2],
  ['create storage --name lower', '--name must be a word in CamelCase, as Journal', 2],
  ['import crd missing.yaml', 'missing.yaml cannot be read', 1],
  ['import crd package.json', 'package.json holds no CustomResourceDefinition', 1],
  ['import openapi missing.json', 'missing.json cannot be read', 1],
  ['dev --context x', '--context and --address are about a cluster: add --cluster', 2],
  ['run local --run etcd', '--run etcd: it must be server, controller, or server,controller', 2],
  ['run local --run', '--run needs a value', 2],
  ['build --push', '--push needs an image: --image REGISTRY/NAME:TAG', 2],
  ['build --target odd', 'Choices: "server", "controller"', 2],
  ['client --name Bad!', '--name must be a name that npm takes', 2],
  ['docs --output', '--output needs a value', 2],
  ['docs more', 'Unknown argument: more', 2],
  ['manifests --tls odd', 'Choices: "generated", "cert-manager", "secret"', 2],
  ['manifests --tls secret', '--tls secret needs --tls-secret NAME and --ca-file FILE', 2],
  ['manifests --storage etcd', '--etcd-servers https://', 2],
  ['manifests --replicas 2', 'for more, use --storage etcd', 2],
  ['manifests --replicas', '--replicas needs a value', 2],
  ['manifests --volume-size big', '--volume-size must be as 1Gi', 2],
  ['manifests --storage-class Fast!', '--storage-class must be the name of an object', 2],
  ['manifests --image-pull-secrets A_b', '--image-pull-secrets must be the name of an object', 2],
  ['manifests --service-account A_b', '--service-account must be the name of an object', 2],
  ['manifests --controller-secret A_b', '--controller-secret must be the name of an object', 2],
  ['manifests --controller-secret-mount /x', '--controller-secret-mount needs the name of the Secret', 2],
  ['manifests --controller-secret a --controller-secret-mount x', 'must be a path from the root, as /secret', 2],
  ['manifests --controller-env REGION', '--controller-env must be KEY=VALUE', 2],
  ['run in-cluster --dry-run --namespace Shop', '--namespace Shop: must be a DNS label', 2],
  ['manifests --apiserver-args v', '--apiserver-args must be flags of the program', 2],
  ['manifests --controller-args v', '--controller-args must be flags of the program', 2],
  ['manifests --image', '--image needs a value', 2],
  ['conform https://127.0.0.1:1', 'https://127.0.0.1:1/apis has no answer', 1],
  ['doctor --kubeconfig missing', '--kubeconfig missing cannot be read', 1],
  ['doctor --apiservices x', 'Did you mean --apiservice?', 2],
  ['show --kubeconfig missing', '--kubeconfig missing: there is no such file', 1],
  ['migrate-storage more', 'unknown argument "more"', 1],
  ['upgrade --from missing', '--from missing: there is no folder project in it', 1],
  ['version --jsn', 'Did you mean --json?', 2],
]

/** Everything that is about a project. */
const inProject = [
  'create group --group shop',
  'create resource --group shop --version v1 --kind Order',
  'create version --group shop --version v2 --kind Order',
  'create subresource --group shop --kind Order --subresource refund',
  'create controller --group shop --kind Order',
  'create admission --name RequireOwner',
  'create storage --name Journal',
  'dev',
  'run local',
  'run in-cluster --image a/b:1',
  'build',
  'client',
  'docs',
  'migrate-storage',
  'manifests',
  'upgrade',
]

const words = (line: string): string[] => line.split(' ').filter((word) => word)

describe('apiserver-kit, used wrongly', function () {
  this.timeout(30_000)
  let project: TemporaryProject
  before(() => {
    project = new TemporaryProject()
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Order')
  })
  after(() => {
    project.remove()
  })

  for (const [line, message, code] of wrong)
    it(`says what to type instead of \`apiserver-kit ${line}\``, () => {
      const before = project.snapshot()
      const run = project.run(...words(line))
      expect(run.stderr).to.match(/^error: /)
      if (typeof message === 'string') expect(run.stderr).to.include(message)
      else expect(run.stderr).to.match(message)
      expect(run.stderr).to.not.match(/^\s+at /m)
      expect(run.code).to.equal(code)
      expect(run.stdout).to.equal('')
      expect(project.snapshot()).to.deep.equal(before)
    })

  it('says so where there is no project', () => {
    const elsewhere = project.outside()
    for (const line of inProject) {
      const { code, stderr } = elsewhere(...words(line))
      expect(stderr, line).to.include(
        'in no apiserver-kit project: run `apiserver-kit init --domain example.com` first',
      )
      expect(code, line).to.equal(1)
    }
  })
})
