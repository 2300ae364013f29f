// wechat4u, answering each text of a group.
import Wechat from 'wechat4u'

const bot = new Wechat()
bot.on('error', e => console.error('error:', e && e.message))
bot.on('message', m => {
  if (process.env.ANSWER && m.MsgType === bot.CONF.MSGTYPE_TEXT && m.FromUserName.startsWith('@@')) {
    bot.sendMsg('收到', m.FromUserName).catch(e => console.error('send:', e.message))
  }
})
bot.setPollingTargetGetter(() => '')
bot.start()
