package wechatbox

type faults struct{}

func (f *faults) init(seed uint64) {}
