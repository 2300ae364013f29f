// wechaty's puppet for the same protocol, answering each text of a group.
import { PuppetWechat4u } from 'wechaty-puppet-wechat4u'

const puppet = new PuppetWechat4u()
puppet.on('error', e => console.error('error:', e && e.data))
puppet.on('message', async e => {
  if (!process.env.ANSWER) return
  const m = await puppet.messagePayload(e.messageId)
  if (m.roomId && m.text === '打卡') puppet.messageSendText(m.roomId, '收到').catch(e => console.error('send:', e.message))
})
await puppet.start()
