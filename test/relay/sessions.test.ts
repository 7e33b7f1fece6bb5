import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { Session } from '../../src/relay/session.ts'
import { Sessions } from '../../src/relay/sessions.ts'

/** One that nobody serves. */
const session = (): Session => Object.create(Session.prototype)

it('the open sessions are those that came and did not go, in whatever order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 60 }), moves => {
      const all = Array.from({ length: 10 }, session)
      const open = new Sessions()
      const wanted = new Set<Session>()
      for (const which of moves) {
        const one = all[which]
        assert.ok(one)
        if (wanted.delete(one)) open.delete(one)
        else {
          wanted.add(one)
          open.add(one)
        }
        assert.equal(open.size, wanted.size)
        assert.deepEqual(new Set(open), wanted)
        for (const each of all) assert.equal(open.has(each), wanted.has(each))
      }
    }),
  )
})

it('a session that is not open is nobody else when it goes', () => {
  const open = new Sessions()
  const [one, other] = [session(), session()]
  open.add(one)
  open.add(other)
  open.delete(one)
  open.delete(one)
  assert.deepEqual([...open], [other])
})

it('waits until none is open', async () => {
  const open = new Sessions()
  await open.none()
  const one = session()
  open.add(one)
  let over = false
  const none = open.none().then(() => {
    over = true
  })
  await Promise.resolve()
  assert.equal(over, false)
  open.delete(one)
  await none
})
