import assert from 'node:assert/strict'
import { test } from 'node:test'
import { controllerArguments } from '../../src/bin/controller-arguments.ts'
import { run } from './controller-process.ts'

const text = {
  addresses: ['0.0.0.0', '::'],
  portOffset: 0,
  controllerName: 'postern.dev/controller',
}

test('folders are enough; everything else has a default', () => {
  assert.deepEqual(controllerArguments(['--from', 'a', '--from', 'b', '--to', 'c']), {
    do: 'run',
    options: { ...text, from: ['a', 'b'], to: 'c', http: { address: '::', port: 9126 } },
  })
})

test('every flag reaches its place', () => {
  const flags =
    '--from a --to b --http 127.0.0.1:0 --address 192.0.2.1 --address ::FFFF --address ::ffff --port-offset 10000 --controller-name example.com/x --class-name internal --shutdown-timeout 1h30m'
  assert.deepEqual(controllerArguments(flags.split(' ')), {
    do: 'run',
    options: {
      from: ['a'],
      to: 'b',
      http: { address: '127.0.0.1', port: 0 },
      addresses: ['192.0.2.1', '::ffff'],
      portOffset: 10_000,
      controllerName: 'example.com/x',
      className: 'internal',
      shutdownTimeout: '1h30m',
    },
  })
})

test('a cluster needs no more than its name; the flags that go with it reach their places', () => {
  const optionsOf = (flags: string) => {
    const asked = controllerArguments(`--from cluster --to b ${flags}`.trim().split(' '))
    return asked.do === 'run' ? asked.options.from : asked
  }
  assert.deepEqual(optionsOf(''), {
    namespaces: [],
    servicePorts: false,
    statusAddresses: [],
    leaseName: 'postern',
  })
  const flags =
    '--watch-namespaces a,b --watch-namespaces b --class-name x --publish-service mail/postern --status-address 192.0.2.1 --status-address mail.example.com --lease-name one --identity pod-1'
  assert.deepEqual(optionsOf(flags), {
    namespaces: ['a', 'b'],
    publish: { namespace: 'mail', name: 'postern' },
    servicePorts: true,
    statusAddresses: ['192.0.2.1', 'mail.example.com'],
    leaseName: 'one',
    leaseNamespace: 'mail',
    identity: 'pod-1',
  })
  assert.partialDeepStrictEqual(optionsOf('--publish-service a/b --no-service-ports'), {
    servicePorts: false,
  })
})

test('HTTP can be on one address, on all, or off', () => {
  const rows: [string, unknown][] = [
    ['[::1]:80', { address: '::1', port: 80 }],
    [':80', { address: '::', port: 80 }],
    ['localhost:80', { address: 'localhost', port: 80 }],
    ['off', undefined],
  ]
  for (const [word, http] of rows) {
    const asked = controllerArguments(['--from', 'a', '--to', 'b', '--http', word])
    assert.deepEqual(asked.do === 'run' && asked.options.http, http, word)
  }
})

const refused: readonly [flags: string, reason: RegExp][] = [
  ['', /--from DIR is needed/],
  ['--from a', /--to DIR is needed/],
  ['--from cluster --from a --to b', /--from cluster stands alone .* \.\/cluster/],
  ['--from a --to b --identity x', /--identity has a meaning with --from cluster only/],
  ['--from cluster --to a --watch-namespaces b', /--watch-namespaces needs --class-name/],
  ['--from cluster --to a --watch-namespaces b, --class-name c', /must name namespaces, not ""/],
  ['--from cluster --to a --publish-service b', /must be NAMESPACE\/NAME, not "b"/],
  ['--from cluster --to a --publish-service b/c/d', /must be NAMESPACE\/NAME/],
  ['--from cluster --to a --status-address a_b', /must be an address or a host name, not "a_b"/],
  ['--from cluster --to a --lease-name A', /--lease-name must be lower-case/],
  ['--from cluster --to a --lease-namespace a.b', /--lease-namespace must be lower-case/],
  ['--from= --to a', /must not be empty/],
  [`--from a --to /${'x'.repeat(120)}`, /a Unix socket's path may have 107/],
  ['--from a --to b --http 9126', /--http must be ADDRESS:PORT or off, not "9126"/],
  ['--from a --to b --http a:70000', /--http must be/],
  ['--from a --to b --http ::1:80', /--http must be/],
  ['--from a --to b --address mail.example.com', /--address must be an IPv4 or IPv6 address/],
  ['--from a --to b --address [::1]', /without brackets, not "\[::1\]"/],
  ['--from a --to b --port-offset -1', /port-offset/],
  ['--from a --to b --port-offset=64513', /--port-offset must be a number from 0 to 64512/],
  ['--from a --to b --shutdown-timeout soon', /--shutdown-timeout must be a time.*it is "soon"/],
  ['--from a --to b --controller-name x', /--controller-name must be a domain.*, not "x"/],
  ['--from a --to b --controller-name x/a/b', /--controller-name must be a domain and a name/],
  [`--from a --to b --controller-name x/${'a'.repeat(64)}`, /at most 63 characters/],
  [`--from a --to b --controller-name ${'a.'.repeat(60)}a/b`, /--controller-name must be/],
  ['--from a --to b --colour', /Unknown option '--colour'/],
  ['--from a --to b --to', /--to/],
  ['--from a --to b c', /Unexpected argument 'c'/],
  ['--render a --to b', /--render stands without --to/],
]

test('what cannot be meant is refused with one sentence', () => {
  for (const [flags, reason] of refused) {
    const asked = controllerArguments(flags === '' ? [] : flags.split(' '))
    assert.match(asked.do === 'refuse' ? asked.reason : asked.do, reason, flags)
  }
})

test('help and version go before everything else', () => {
  assert.deepEqual(controllerArguments(['--help', '--version']), { do: 'help' })
  assert.deepEqual(controllerArguments(['-v']), { do: 'version' })
})

test('the program says how it is used: asked for with 0, unasked with 2', async t => {
  const help = await run(t, 'controller.js', '--help')
  assert.deepEqual([help.status, help.error], [0, ''])
  assert.match(help.out, /^usage: controller --from DIR/)
  const wrong = await run(t, 'controller.js', '--from', 'cluster', '--from', 'y', '--to', 'x')
  assert.deepEqual([wrong.status, wrong.out], [2, ''])
  assert.match(wrong.error, /^controller: --from cluster stands alone.*\n\nusage: controller/)
  assert.match((await run(t, 'controller.js', '--version')).out, /^postern \d+\.\d+\.\d+\n$/)
})
