/** What is read and not run. */
export interface PassedOver {
  readonly kind: 'directive' | 'block'
  /** Finishes the sentence "it has no effect: …". */
  readonly why: string
}

const directive = (why: string): PassedOver => ({ kind: 'directive', why })
const block = (why: string): PassedOver => ({ kind: 'block', why })

const oneProcess = 'one process carries all sessions'
const ownUser = 'the relay runs as whoever starts it'
const ofNginx = 'it is about nginx itself'
const onlyMail = 'it is not run, only mail is'

/**
 * What a stock `nginx.conf` says in its main context that does not concern mail: passed over with a
 * notice. The blocks are not read at all.
 */
export const passedOver: ReadonlyMap<string, PassedOver> = new Map([
  ['daemon', directive('the relay stays in the foreground')],
  ['debug_points', directive(ofNginx)],
  ['env', directive('the environment is left as it is')],
  ['google_perftools_profiles', directive(ofNginx)],
  ['load_module', directive('there are no modules')],
  ['lock_file', directive(oneProcess)],
  ['master_process', directive(oneProcess)],
  ['pcre_jit', directive(ofNginx)],
  ['quic_bpf', directive(ofNginx)],
  ['ssl_engine', directive('Node chooses how it computes')],
  ['ssl_object_cache_inheritable', directive('certificates are read anew at every reload')],
  ['thread_pool', directive(oneProcess)],
  ['timer_resolution', directive(ofNginx)],
  ['user', directive(ownUser)],
  ['worker_cpu_affinity', directive(oneProcess)],
  ['worker_priority', directive(oneProcess)],
  ['worker_processes', directive(oneProcess)],
  ['worker_rlimit_core', directive('whoever starts the relay sets its limits')],
  ['worker_rlimit_nofile', directive('whoever starts the relay sets its limits')],
  ['working_directory', directive('the relay stays in the directory where it was started')],
  ['events', block('Node chooses how it waits')],
  ['http', block(onlyMail)],
  ['stream', block(onlyMail)],
])

/** nginx's mail directives that have no row, each with what to write in its place. */
export const notCarriedOut: ReadonlyMap<string, string> = new Map([
  ['ssl', 'was removed from nginx in 1.25.1: "listen … ssl" says it'],
])
