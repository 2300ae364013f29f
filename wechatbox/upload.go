package wechatbox

type uploads struct{}
