// The side of the box, as a script sees it.
import assert from 'node:assert/strict'

const base = process.env.BOX

export async function box (path, body) {
  const init = body ? { method: 'POST', body: JSON.stringify(body) } : {}
  const answer = await fetch(`${base}/box/${path}`, init)
  const out = await answer.json()
  assert.ok(answer.ok, `${path}: ${JSON.stringify(out)}`)
  return out
}

export const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

// until waits for a condition that events bring about.
export async function until (what, holds, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`in vain: ${what}`)
}

export async function sentKinds () {
  const sent = await box('sent')
  return sent.filter(s => s.to === 'dushuhui').map(s => s.kind).join(' ')
}

export function run (main) {
  process.on('unhandledRejection', fail)
  main().then(() => process.exit(0), fail)
}

function fail (e) {
  console.error(e)
  process.exit(1)
}
