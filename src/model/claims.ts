import type { Condition } from '../api/conditions.ts'
import type { MailProxy } from '../api/mail-proxy.ts'
import { defaultClassAnnotation, type MailProxyClass } from '../api/mail-proxy-class.ts'
import type { ObjectKey } from '../api/objects.ts'

export const defaultControllerName = 'postern.dev/controller'

/** Who this controller is. */
export interface Claim {
  readonly controllerName: string
  /** Where set, only objects of this class, named or by default, are ours. */
  readonly className?: string
}

/**
 * Which MailProxies are ours: those of a class whose controller we are. One that names no class
 * belongs to the default class (the oldest of several), and while there is none, to every controller
 * that was started without a class.
 */
export function claims(
  classes: readonly MailProxyClass[],
  { controllerName, className }: Claim,
): (proxy: MailProxy) => boolean {
  const controllers = new Map(classes.map(one => [one.metadata.name, one.spec.controller]))
  const fallback = defaults(classes)[0]
  return ({ spec }) => {
    const named = spec.mailProxyClassName ?? fallback
    if (named === undefined) return className === undefined
    if (className !== undefined) return named === className
    return controllers.get(named) === controllerName
  }
}

/** Whether a MailProxy is known to be another controller's, because its class is. */
export function foreign(
  classes: readonly MailProxyClass[],
  { controllerName }: Claim,
): (proxy: MailProxy) => boolean {
  const controllers = new Map(classes.map(one => [one.metadata.name, one.spec.controller]))
  const fallback = defaults(classes)[0]
  return ({ spec }) => {
    const controller = controllers.get(spec.mailProxyClassName ?? fallback ?? '')
    return controller !== undefined && controller !== controllerName
  }
}

/** The oldest first, which is the one that counts. */
function defaults(classes: readonly MailProxyClass[]): readonly string[] {
  return classes
    .filter(isDefault)
    .toSorted(byAge)
    .map(({ metadata }) => metadata.name)
}

/** A sentence on each class that is marked as the default where an older one is. */
export function idleDefaults(
  classes: readonly MailProxyClass[],
): readonly { readonly where: string; readonly message: string }[] {
  const [oldest = '', ...others] = defaults(classes)
  return others.map(name => ({ where: `MailProxyClass ${name}`, message: idle(oldest) }))
}

const idle = (oldest: string): string =>
  `it is marked as the default, and has no effect as such: ${oldest} is older`

/** What the controller says of the classes that it serves, by their names. */
export function classConditions(
  classes: readonly MailProxyClass[],
  { controllerName, className }: Claim,
): ReadonlyMap<ObjectKey, readonly Condition[]> {
  const [oldest = '', ...others] = defaults(classes)
  const served = classes.filter(
    ({ metadata, spec }) =>
      spec.controller === controllerName &&
      (className === undefined || metadata.name === className),
  )
  const accepted = ({ metadata: { name, generation = 0 } }: MailProxyClass): Condition => {
    const isIdle = others.includes(name)
    return {
      type: 'Accepted',
      status: 'True',
      reason: isIdle ? 'DefaultIgnored' : 'Accepted',
      message: isIdle ? idle(oldest) : `its MailProxies are served by ${controllerName}`,
      observedGeneration: generation,
    }
  }
  return new Map(served.map(one => [one.metadata.name, [accepted(one)]]))
}

function isDefault({ metadata }: MailProxyClass): boolean {
  return metadata.annotations?.[defaultClassAnnotation] === 'true'
}

interface Aged {
  readonly metadata: {
    readonly creationTimestamp?: string | undefined
    readonly namespace?: string
    readonly name: string
  }
}

/** The oldest first, then by namespace and name; one without an age is older than all. */
export function byAge(a: Aged, b: Aged): number {
  return (
    compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compare(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
    compare(a.metadata.name, b.metadata.name)
  )
}

export function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
