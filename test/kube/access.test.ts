import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { accessReader, credentials } from '../../src/kube/access.ts'
import { hasServiceAccount, ownNamespace, serviceAccount } from '../../src/kube/service-account.ts'

async function folder(files: Readonly<Record<string, string>>) {
  const path = await mkdtemp(join(tmpdir(), 'postern-access-'))
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

const pod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' }

test('a pod finds the API server, its authority and its own token and namespace', async () => {
  await using mounted = await folder({ token: 'secret\n', 'ca.crt': 'PEM', namespace: 'mail' })
  assert.equal(hasServiceAccount(pod, mounted.path), true)
  assert.deepEqual(await serviceAccount(pod, mounted.path), {
    server: new URL('https://10.96.0.1'),
    tls: { ca: 'PEM' },
    authorization: 'Bearer secret',
    proxy: undefined,
  })
  assert.equal(await ownNamespace(mounted.path), 'mail')
})

test('an API server may have an IPv6 address', async () => {
  await using mounted = await folder({ token: 'secret', 'ca.crt': 'PEM' })
  const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' }
  const { server } = await serviceAccount(environment, mounted.path)
  assert.equal(server.host, '[fd00::1]:6443')
})

test('without a token, or outside of a cluster, there is no service account', async () => {
  await using mounted = await folder({ 'ca.crt': 'PEM' })
  assert.equal(hasServiceAccount(pod, mounted.path), false)
  await writeFile(join(mounted.path, 'token'), 'secret')
  assert.equal(hasServiceAccount({}, mounted.path), false)
  assert.equal(await ownNamespace(join(mounted.path, 'missing')), 'default')
})

test('a kubeconfig goes before everything else, and its token counts', async () => {
  const config = {
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'one', user: 'me' } }],
    clusters: [{ name: 'one', cluster: { server: 'https://api.example.com:6443' } }],
    users: [{ name: 'me', user: { token: 'mine' } }],
  }
  await using home = await folder({ config: JSON.stringify(config) })
  const read = await accessReader(pod, join(home.path, 'config'))
  const { server, authorization } = await read(false)
  assert.equal(server.host, 'api.example.com:6443')
  assert.equal(authorization, 'Bearer mine')
})

test('where nothing says which API server there is, that is said', async () => {
  await using home = await folder({})
  await assert.rejects(accessReader({ HOME: home.path }), /no API server is known: set KUBECONFIG/)
  await assert.rejects(accessReader({}), /no API server is known/)
})

test('a token is read again after a minute, and at once where it no longer counts', async () => {
  await using mounted = await folder({ token: 'first', 'ca.crt': 'PEM' })
  let now = 0
  const clock = { now: () => now, after: () => () => undefined }
  const known = credentials(clock, () => serviceAccount(pod, mounted.path))
  const token = async (again?: 'again') => (await known.access(again)).authorization
  assert.equal(await token(), 'Bearer first')
  await writeFile(join(mounted.path, 'token'), 'second')
  now = 59_999
  assert.equal(await token(), 'Bearer first')
  assert.equal(await token('again'), 'Bearer second')
  await writeFile(join(mounted.path, 'token'), 'third')
  now = 119_999
  assert.equal(await token(), 'Bearer third')
})
