package wechatbox

const fileHelper = "filehelper"
