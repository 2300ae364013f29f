// wechat4u signs in, lists, receives, sends and sees who comes.
import assert from 'node:assert/strict'
import Wechat from 'wechat4u'
import { box, picture, run, sentKinds, until } from './box.mjs'

run(async () => {
  const bot = new Wechat()
  const heard = []
  bot.on('error', e => console.error('error:', e && e.message))
  bot.on('message', m => heard.push(m))
  bot.start()
  await until('signed in', () => bot.user && bot.user.NickName === '小六')
  const group = () => Object.values(bot.contacts).find(c => c.NickName === '六点二十读书会')
  await until('the group with its members', () => group() && group().MemberList.length === 6)

  await box('say', { chat: 'dushuhui', from: 'susu', text: '早 <b>&1 😄' })
  await box('join', { chat: 'dushuhui', who: '小红', inviter: '小明' })
  await box('image', { chat: 'dushuhui', from: 'susu', name: 'a.png', data: picture.toString('base64') })
  await box('voice', { chat: 'dushuhui', from: 'susu', data: 'SUQz', ms: 1200 })
  const find = type => heard.find(m => m.MsgType === type)
  await until('four kinds', () => find(1) && find(10000) && find(3) && find(34))
  assert.equal(find(1).Content, '苏苏:\n早 <b>&amp;1 😄')
  assert.equal(find(10000).Content, '"小明"邀请"小红"加入了群聊')
  assert.deepEqual(Buffer.from((await bot.getMsgImg(find(3).MsgId)).data), picture)
  assert.equal((await bot.getVoice(find(34).MsgId)).data.length, 3)
  await until('the new member', () => group().MemberList.length === 7)

  const to = group().UserName
  await bot.sendMsg('收到', to)
  await bot.sendMsg({ file: picture, filename: 'a.png' }, to)
  await bot.sendMsg({ file: Buffer.alloc(1_300_000, 'x'), filename: '计划.txt' }, to)
  assert.equal(await sentKinds(), 'text image file')
  const last = await bot.sendMsg('说错了', to)
  await bot.revokeMsg(last.MsgID, to)
  const seen = await box('history?who=susu&chat=dushuhui')
  assert.equal(seen.at(-1).kind, 'recall')
})
