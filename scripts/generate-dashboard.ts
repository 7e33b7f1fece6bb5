/** A line of a panel: an expression and what its legend says. */
type Line = readonly [expr: string, legend: string]

interface Panel {
  readonly title: string
  readonly unit: 'short' | 'ops' | 's' | 'Bps' | 'bytes' | 'percentunit' | 'dtdurations'
  readonly lines: readonly Line[]
  /** A number instead of a graph. */
  readonly stat?: true
}

const own = 'job="$job"'
const rate = (metric: string, by: string, more = ''): string =>
  `sum by (${by}) (rate(${metric}{${own}${more}}[$__rate_interval]))`
const p99 = (metric: string, by: string): string =>
  `histogram_quantile(0.99, sum by (le, ${by}) (rate(${metric}_bucket{${own}}[$__rate_interval])))`

const sections: readonly (readonly [title: string, panels: readonly Panel[]])[] = [
  [
    'At a glance',
    [
      stat('Sessions', 'short', `sum(postern_connections_active{${own}})`),
      stat(
        'Pods with a text',
        'short',
        `count(postern_config_last_apply_timestamp_seconds{${own}} > 0)`,
      ),
      stat(
        'Texts that run',
        'short',
        `count(count by (generation) (postern_config_applied_info{${own}}))`,
      ),
      stat('Failed listeners', 'short', `sum(postern_listeners{${own}, outcome="failed"})`),
      stat(
        'MailProxies not accepted',
        'short',
        `max(postern_mailproxies{${own}, state!="accepted"})`,
      ),
      stat(
        'Next certificate expires in',
        'dtdurations',
        `min(postern_certificate_expiration_timestamp_seconds{${own}}) - time()`,
      ),
    ],
  ],
  [
    'Clients',
    [
      graph('Sessions', 'short', [
        [
          `sum by (protocol, listener) (postern_connections_active{${own}})`,
          '{{protocol}} {{listener}}',
        ],
      ]),
      graph('New sessions', 'ops', [
        [rate('postern_connections_accepted_total', 'protocol'), '{{protocol}}'],
      ]),
      graph('Logins', 'ops', [
        [rate('postern_auth_total', 'protocol, result'), '{{protocol}} {{result}}'],
      ]),
      graph('Login, 99 of 100 within', 's', [
        [p99('postern_auth_duration_seconds', 'protocol'), '{{protocol}}'],
      ]),
      graph('TLS handshakes', 'ops', [
        [rate('postern_tls_handshakes_total', 'tls_version, result'), '{{tls_version}} {{result}}'],
      ]),
      graph('Sessions that failed', 'ops', [
        [rate('postern_session_failures_total', 'stage, failure'), '{{stage}}: {{failure}}'],
      ]),
      graph('Octets', 'Bps', [
        [rate('postern_bytes_total', 'protocol, direction'), '{{protocol}} {{direction}}'],
      ]),
      graph('Lines that are no command', 'ops', [
        [rate('postern_protocol_errors_total', 'protocol, reason'), '{{protocol}} {{reason}}'],
      ]),
    ],
  ],
  [
    'Backends',
    [
      graph('Connections', 'ops', [
        [rate('postern_upstream_connects_total', 'backend, result'), '{{backend}} {{result}}'],
      ]),
      graph('Connect and log in, 99 of 100 within', 's', [
        [p99('postern_upstream_connect_duration_seconds', 'protocol'), '{{protocol}}'],
      ]),
      graph('Open connections', 'short', [
        [`sum by (backend) (postern_upstream_active{${own}})`, '{{backend}}'],
      ]),
      graph('Identity told', 'ops', [
        [rate('postern_identity_total', 'backend, outcome'), '{{backend}} {{outcome}}'],
      ]),
      graph('Legs by TLS', 'ops', [
        [rate('postern_upstream_legs_total', 'backend, tls'), '{{backend}} {{tls}}'],
      ]),
      graph('Requests to auth servers', 'ops', [
        [rate('postern_auth_server_requests_total', 'result'), '{{result}}'],
      ]),
    ],
  ],
  [
    'Controllers',
    [
      graph('Rebuilds', 'ops', [[rate('postern_rebuilds_total', 'result'), '{{result}}']]),
      graph('Rebuild and publish, 99 of 100 within', 's', [
        [p99('postern_rebuild_duration_seconds', 'pod'), 'rebuild {{pod}}'],
        [p99('postern_publish_duration_seconds', 'pod'), 'publish {{pod}}'],
      ]),
      graph('MailProxies', 'short', [
        [`max by (namespace, state) (postern_mailproxies{${own}})`, '{{namespace}} {{state}}'],
      ]),
      graph('Age of the last event', 's', [
        [`max by (kind) (postern_reflector_last_event_age_seconds{${own}})`, '{{kind}}'],
      ]),
      graph('Requests to the API server', 'ops', [
        [rate('rest_client_requests_total', 'method, code'), '{{method}} {{code}}'],
      ]),
      graph('Writes to the API server', 'ops', [
        [rate('postern_status_updates_total', 'result'), 'status {{result}}'],
        [rate('postern_events_total', 'result'), 'event {{result}}'],
        [rate('postern_service_port_updates_total', 'result'), 'ports {{result}}'],
      ]),
      graph('Who leads', 'short', [[`leader_election_master_status{${own}}`, '{{pod}}']]),
      graph('Pods as the leader sees them', 'short', [
        [`max by (state) (postern_fleet_pods{${own}})`, '{{state}}'],
      ]),
    ],
  ],
  [
    'Processes',
    [
      graph('CPU', 'percentunit', [
        [rate('process_cpu_seconds_total', 'pod, container'), '{{pod}} {{container}}'],
      ]),
      graph('Memory', 'bytes', [
        [
          `sum by (pod, container) (process_resident_memory_bytes{${own}})`,
          '{{pod}} {{container}}',
        ],
      ]),
      graph('Event loop, 99 of 100 within', 's', [
        [`nodejs_eventloop_lag_p99_seconds{${own}}`, '{{pod}} {{container}}'],
      ]),
      graph('Open files', 'short', [
        [`sum by (pod, container) (process_open_fds{${own}})`, '{{pod}} {{container}}'],
      ]),
    ],
  ],
]

/** The text of charts/postern/files/dashboard.json. */
export function dashboard(): string {
  const rows = sections.map(([title, panels]) => ({ title, panels }))
  const placed = rows.reduce<{ readonly y: number; readonly panels: readonly object[] }>(
    ({ y, panels }, row) => {
      const body = row.panels.map((panel, at) => panelOf(panel, y + 1, at))
      return { y: y + 1 + heightOf(row.panels), panels: [...panels, rowOf(row.title, y), ...body] }
    },
    { y: 0, panels: [] },
  )
  const text = {
    title: 'Postern',
    uid: 'postern',
    tags: ['postern', 'mail'],
    schemaVersion: 39,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: [source, job] },
    panels: placed.panels.map((panel, at) => ({ id: at + 1, ...panel })),
  }
  return `${JSON.stringify(text, null, 2)}\n`
}

const datasource = { type: 'prometheus', uid: '$datasource' }
const source = { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Source' }
const job = {
  name: 'job',
  type: 'query',
  label: 'Release',
  datasource,
  query: 'label_values(postern_build_info, job)',
  refresh: 2,
}

const height = 8
const across = ({ stat: isStat }: Panel): number => (isStat ? 6 : 2)
const tall = ({ stat: isStat }: Panel): number => (isStat ? 4 : height)

function heightOf(panels: readonly Panel[]): number {
  const [first] = panels
  return first ? Math.ceil(panels.length / across(first)) * tall(first) : 0
}

const rowOf = (title: string, y: number) => ({
  type: 'row',
  title,
  collapsed: false,
  gridPos: { x: 0, y, w: 24, h: 1 },
  panels: [],
})

function panelOf(panel: Panel, top: number, at: number): object {
  const columns = across(panel)
  const w = 24 / columns
  return {
    type: panel.stat ? 'stat' : 'timeseries',
    title: panel.title,
    datasource,
    gridPos: {
      x: (at % columns) * w,
      y: top + Math.floor(at / columns) * tall(panel),
      w,
      h: tall(panel),
    },
    fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
    targets: panel.lines.map(([expr, legendFormat], line) => ({
      refId: String.fromCharCode(65 + line),
      datasource,
      expr,
      legendFormat,
    })),
  }
}

function graph(title: string, unit: Panel['unit'], lines: readonly Line[]): Panel {
  return { title, unit, lines }
}

function stat(title: string, unit: Panel['unit'], expr: string): Panel {
  return { title, unit, lines: [[expr, '']], stat: true }
}
