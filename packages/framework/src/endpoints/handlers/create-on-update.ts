import { attributesOf } from '../../auth/authorization/authorizer.ts'
import { forbidden } from '../../auth/authorization/forbidden.ts'
import { StatusError } from '../../meta/status.ts'
import type { KubeObject } from '../../meta/object.ts'
import type { WriteChecks } from '../../registry/rest.ts'
import type { Exchange } from '../exchange.ts'
import type { RequestScope } from '../scope.ts'
import { writeChecks } from './admission.ts'

/**
 * The checks of an object that a PUT or an apply makes: who may update or patch need not be allowed to create, and is asked about. Source:
 * endpoints/handlers/update.go withAuthorization.
 */
export function createOnUpdateChecks(
  scope: RequestScope,
  exchange: Exchange,
  dryRun: boolean,
): WriteChecks<KubeObject> {
  const checks = writeChecks(scope, exchange, 'CREATE', dryRun)
  let allowed: Promise<void> | undefined
  return {
    schema: checks.schema,
    admission: async (object, old) => {
      await (allowed ??= mayCreate(scope, exchange))
      await checks.admission(object, old)
    },
  }
}

async function mayCreate({ authorizer }: RequestScope, { context }: Exchange): Promise<void> {
  const attributes = {
    ...attributesOf(context.user, { ...context.info, verb: 'create' }),
    fieldSelector: '',
    labelSelector: '',
  }
  const { decision, reason } = await authorizer.authorize(attributes, context).catch((error: unknown) => {
    throw StatusError.internal(error)
  })
  if (decision !== 'Allow') throw forbidden(attributes, reason)
}
