/** The names of Kubernetes and of the DNS, each as a rule with its sentence. */
import { matches } from './schema.ts'

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const hostLabel = '[A-Za-z0-9_]([-A-Za-z0-9_]*[A-Za-z0-9])?'

/** RFC 1123 label: names of namespaces, ports and listeners. */
export const isLabel = matches(
  `^${label}$`,
  'must be lower-case letters, digits and "-", beginning and ending with a letter or digit',
)

/** RFC 1123 subdomain: names of most objects. */
export const isSubdomain = matches(
  `^${label}(\\.${label})*$`,
  'must be lower-case letters, digits, "-" and ".", each part beginning and ending with a letter or digit',
)

/**
 * Who a controller is. Of a class it may be any path; as the owner of fields and the reporter of Events
 * the API server takes this much.
 */
export const isControllerName = matches(
  `^${label}(\\.${label})*/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`,
  'must be a domain and a name of at most 63 characters, such as postern.dev/controller',
)

export const isHostName = matches(
  `^${hostLabel}(\\.${hostLabel})*$`,
  'must be a host name, such as mail.example.com',
)

/** In lower case, as the directives have it. */
export const isCertificateHost = matches(
  `^(\\*\\.)?${label}(\\.${label})*$`,
  'must be a host name in lower case, or one with "*." in front',
)
