// wechaty's puppet signs in, lists, receives, sends and sees who comes.
import assert from 'node:assert/strict'
import { FileBox } from 'file-box'
import { PuppetWechat4u } from 'wechaty-puppet-wechat4u'
import { box, picture, run, sentKinds, until } from './box.mjs'

run(async () => {
  const puppet = new PuppetWechat4u()
  const texts = []
  const joins = []
  const topics = []
  const friends = []
  const name = async id => (await puppet.contactPayload(id)).name
  let ready = false
  puppet.on('error', e => console.error('error:', e && e.data))
  puppet.on('ready', () => { ready = true })
  puppet.on('message', async e => texts.push((await puppet.messagePayload(e.messageId)).text))
  puppet.on('room-join', async e => joins.push([await name(e.inviterId), await name(e.inviteeIdList[0])].join('>')))
  puppet.on('room-topic', e => topics.push(e.newTopic))
  puppet.on('friendship', e => friends.push(e.friendshipId))
  await puppet.start()
  await until('ready', () => ready)
  const [room] = await puppet.roomList()
  assert.equal((await puppet.roomPayload(room)).topic, '六点二十读书会')
  assert.equal((await puppet.roomMemberList(room)).length, 6)

  await new Promise(resolve => setTimeout(resolve, 1500)) // it drops what is older than its start, by the second
  await box('say', { chat: 'dushuhui', from: 'susu', text: '早 😄' })
  await box('join', { chat: 'dushuhui', who: '小红', inviter: '小明' })
  await box('join', { chat: 'dushuhui', who: '大伟', inviter: '小红', by: 'qr' })
  await box('rename', { chat: 'dushuhui', by: '林老师', name: '新名字' })
  await box('request', { from: 'xiaofang', to: 'xiaoliu', hello: '你好' })
  await until('all events', () => texts.includes('早 😄') && joins.length === 2 && topics.length === 1 && friends.length === 1)
  assert.deepEqual(joins.sort(), ['小明>小红', '小红>大伟'])
  assert.deepEqual(topics, ['新名字'])

  await puppet.messageSendText(room, '收到')
  await puppet.messageSendFile(room, FileBox.fromBuffer(picture, 'a.png'))
  await puppet.messageSendFile(room, FileBox.fromBuffer(Buffer.from('计划'), 'plan.txt'))
  await until('three sends', async () => await sentKinds() === 'text image file')
})
