/** A kind of another project: an object as its documentation has it, and a mistake in it. */
export interface Sample {
  /** In `vendored`, without `.yaml.gz`. */
  readonly file: string
  readonly plural: string
  readonly object: { apiVersion: string; kind: string; metadata: { name: string }; spec?: unknown; status?: unknown }
  /** Makes `object` wrong; undefined where the schema takes everything. */
  readonly mistake?: { readonly patch: unknown; readonly message: string }
}

const container = (name: string, args: readonly string[], ports: readonly object[]): object => ({
  name,
  image: 'ghcr.io/dask/dask:latest',
  imagePullPolicy: 'IfNotPresent',
  args,
  ports,
  env: [{ name: `${name.toUpperCase()}_ENV`, value: 'hello-world' }],
})

const schedulerPorts = [
  { name: 'tcp-comm', containerPort: 8786, protocol: 'TCP' },
  { name: 'http-dashboard', containerPort: 8787, protocol: 'TCP' },
]

export const samples: readonly Sample[] = [
  {
    file: 'camel.apache.org_kamelets',
    plural: 'kamelets',
    object: {
      apiVersion: 'camel.apache.org/v1',
      kind: 'Kamelet',
      metadata: { name: 'timer-source' },
      spec: {
        definition: {
          title: 'Timer Source',
          description: 'Produces periodic events with a custom payload.',
          type: 'object',
          required: ['message'],
          properties: {
            period: { title: 'Period', type: 'integer', default: 1000, example: { any: ['thing'] } },
            message: { title: 'Message', type: 'string' },
          },
        },
        dependencies: ['camel:core', 'camel:timer', 'camel:kamelet'],
        dataTypes: { out: { default: 'text', types: { text: { format: 'text-plain', mediaType: 'text/plain' } } } },
        template: {
          from: { uri: 'timer:tick', parameters: { period: '{{period}}' }, steps: [{ to: 'kamelet:sink' }] },
        },
      },
    },
    mistake: {
      patch: { spec: { dependencies: ['camel:core', 1] } },
      message:
        'spec.dependencies[1]: Invalid value: "integer": spec.dependencies[1] in body must be of type string: "integer"',
    },
  },
  {
    file: 'camel.apache.org_integrationkits',
    plural: 'integrationkits',
    object: {
      apiVersion: 'camel.apache.org/v1',
      kind: 'IntegrationKit',
      metadata: { name: 'kit-1' },
      spec: {
        dependencies: ['camel:core', 'mvn:org.apache.camel.quarkus:camel-quarkus-timer'],
        configuration: [{ type: 'property', value: 'a=b' }],
        traits: { camel: { runtimeVersion: '3.8.1' }, addons: { master: { enabled: true } } },
      },
    },
    mistake: {
      patch: { spec: { configuration: [{ type: 'property' }] } },
      message: 'spec.configuration[0].value: Required value',
    },
  },
  {
    file: 'camel.apache.org_builds',
    plural: 'builds',
    object: {
      apiVersion: 'camel.apache.org/v1',
      kind: 'Build',
      metadata: { name: 'kit-1' },
      spec: {
        timeout: '5m0s',
        configuration: { strategy: 'routine', orderStrategy: 'dependencies', limitCPU: '1' },
        tasks: [{ builder: { name: 'builder', baseImage: 'eclipse-temurin:17', steps: ['a'] } }],
      },
    },
    mistake: {
      patch: { spec: { configuration: { strategy: 'dance' } } },
      message: 'spec.configuration.strategy: Unsupported value: "dance": supported values: "routine", "pod"',
    },
  },
  {
    file: 'flinkdeployments.flink.apache.org-v1',
    plural: 'flinkdeployments',
    object: {
      apiVersion: 'flink.apache.org/v1beta1',
      kind: 'FlinkDeployment',
      metadata: { name: 'basic-example' },
      spec: {
        image: 'flink:1.20',
        flinkVersion: 'v1_20',
        flinkConfiguration: { 'taskmanager.numberOfTaskSlots': '2' },
        serviceAccount: 'flink',
        podTemplate: {
          spec: {
            containers: [
              {
                name: 'flink-main-container',
                livenessProbe: { httpGet: { path: '/', port: 8081 } },
                resources: { limits: { cpu: 1, memory: '1Gi' } },
              },
            ],
          },
        },
        jobManager: { resource: { memory: '2048m', cpu: 1 } },
        taskManager: { resource: { memory: '2048m', cpu: 0.5 } },
        job: {
          jarURI: 'local:///opt/flink/examples/streaming/StateMachineExample.jar',
          parallelism: 2,
          upgradeMode: 'stateless',
        },
      },
    },
    mistake: {
      patch: { spec: { flinkVersion: 'v0_1', job: { parallelism: 'two' } } },
      message:
        'spec.job.parallelism: Invalid value: "string": spec.job.parallelism in body must be of type integer: "string"',
    },
  },
  {
    file: 'flinksessionjobs.flink.apache.org-v1',
    plural: 'flinksessionjobs',
    object: {
      apiVersion: 'flink.apache.org/v1beta1',
      kind: 'FlinkSessionJob',
      metadata: { name: 'basic-session-job' },
      spec: {
        deploymentName: 'basic-session-deployment',
        job: { jarURI: 'https://example.com/TopSpeedWindowing.jar', parallelism: 4, upgradeMode: 'stateless' },
      },
    },
    mistake: {
      patch: { spec: { job: { upgradeMode: 'none' } } },
      message:
        'spec.job.upgradeMode: Unsupported value: "none": supported values: "last-state", "savepoint", "stateless"',
    },
  },
  {
    file: 'flinkstatesnapshots.flink.apache.org-v1',
    plural: 'flinkstatesnapshots',
    object: {
      apiVersion: 'flink.apache.org/v1beta1',
      kind: 'FlinkStateSnapshot',
      metadata: { name: 'example-savepoint' },
      spec: {
        backoffLimit: 1,
        jobReference: { kind: 'FlinkDeployment', name: 'example-deployment' },
        savepoint: {
          alreadyExists: false,
          disposeOnDelete: true,
          formatType: 'CANONICAL',
          path: '/flink-data/savepoints',
        },
      },
    },
    mistake: {
      patch: { spec: { jobReference: { kind: 'Job' } } },
      message:
        'spec.jobReference.kind: Unsupported value: "Job": supported values: "FlinkDeployment", "FlinkSessionJob"',
    },
  },
  {
    file: 'debeziumservers.debezium.io-v1',
    plural: 'debeziumservers',
    object: {
      apiVersion: 'debezium.io/v1alpha1',
      kind: 'DebeziumServer',
      metadata: { name: 'my-debezium' },
      spec: {
        quarkus: { config: { 'log.console.json': false, 'kubernetes-config.enabled': true } },
        sink: { type: 'kafka', config: { 'producer.bootstrap.servers': 'dbz-kafka:9092' } },
        source: {
          class: 'io.debezium.connector.postgresql.PostgresConnector',
          offset: { memory: {} },
          schemaHistory: { memory: {} },
          config: { 'database.hostname': 'postgresql', 'database.port': 5432, 'topic.prefix': 'inventory' },
        },
      },
    },
    mistake: {
      patch: { spec: { transforms: {} } },
      message: 'spec.transforms: Invalid value: "object": spec.transforms in body must be of type array: "object"',
    },
  },
  {
    file: 'daskcluster',
    plural: 'daskclusters',
    object: {
      apiVersion: 'kubernetes.dask.org/v1',
      kind: 'DaskCluster',
      metadata: { name: 'simple' },
      spec: {
        worker: {
          replicas: 2,
          spec: { containers: [container('worker', ['dask-worker', '--name', '$(DASK_WORKER_NAME)'], [])] },
        },
        scheduler: {
          spec: { containers: [container('scheduler', ['dask-scheduler'], schedulerPorts)] },
          service: {
            type: 'ClusterIP',
            selector: { 'dask.org/cluster-name': 'simple' },
            ports: [
              { name: 'tcp-comm', protocol: 'TCP', port: 8786, targetPort: 'tcp-comm' },
              { name: 'http-dashboard', protocol: 'TCP', port: 8787, targetPort: 'http-dashboard' },
            ],
          },
        },
      },
    },
    mistake: {
      patch: {
        spec: {
          scheduler: {
            service: {
              ports: [
                { port: 1, protocol: 'TCP' },
                { port: 1, protocol: 'TCP' },
              ],
            },
          },
        },
      },
      message: 'spec.scheduler.service.ports[1]: Duplicate value: {"port":1,"protocol":"TCP"}',
    },
  },
  {
    file: 'daskautoscaler',
    plural: 'daskautoscalers',
    object: {
      apiVersion: 'kubernetes.dask.org/v1',
      kind: 'DaskAutoscaler',
      metadata: { name: 'simple' },
      spec: { cluster: 'simple', minimum: 1, maximum: 10 },
    },
    mistake: { patch: { spec: { minimum: null } }, message: 'spec.minimum: Required value' },
  },
  {
    file: 'kopfexamples.kopf.dev',
    plural: 'kopfexamples',
    object: {
      apiVersion: 'kopf.dev/v1',
      kind: 'KopfExample',
      metadata: { name: 'kopf-example-1' },
      spec: { duration: '1m', field: 'value', items: ['item1', 'item2'] },
    },
    mistake: {
      patch: { spec: 'x' },
      message: 'spec: Invalid value: "string": spec in body must be of type object: "string"',
    },
  },
  {
    file: 'kopfpeerings.kopf.dev',
    plural: 'kopfpeerings',
    object: {
      apiVersion: 'kopf.dev/v1',
      kind: 'KopfPeering',
      metadata: { name: 'default' },
      status: { 'host-1': { priority: 0, lastseen: '2020-01-01T00:00:00', lifetime: 60 } },
    },
    mistake: {
      patch: { status: [] },
      message: 'status: Invalid value: "array": status in body must be of type object: "array"',
    },
  },
  {
    file: 'aws-k8s-cni',
    plural: 'eniconfigs',
    object: {
      apiVersion: 'crd.k8s.amazonaws.com/v1alpha1',
      kind: 'ENIConfig',
      metadata: { name: 'us-west-2a' },
      spec: { subnet: 'subnet-0c4678ec01ce68b24', securityGroups: ['sg-066c7927a794cf7e7'] },
    },
  },
]
