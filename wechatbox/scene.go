package wechatbox

import "fmt"

// Demo fills an empty world with a reading club and the people around it: 林老师, who owns 「六点二十读书会」, its members 小明, 阿杰, 苏苏 and
// 老周, and outside of it 小红, 小芳 and 大伟, a friend of 小红's. 林老师 can invite 小红. The account is 小六, a friend of 林老师 and 小明 and a member of the club.
func Demo(b *Box) error {
	people := []Person{
		{ID: "xiaoliu", Nick: "小六", Sex: 1, Province: "浙江", City: "杭州", Signature: "六点二十，不见不散"},
		{ID: "linlaoshi", Nick: "林老师", Alias: "lin620", Sex: 2, Province: "浙江", City: "杭州", Signature: "每天读一点"},
		{ID: "xiaoming", Nick: "小明", Sex: 1, Province: "江苏", City: "南京"},
		{ID: "ajie", Nick: "阿杰", Sex: 1, Province: "广东", City: "深圳"},
		{ID: "susu", Nick: "苏苏", Sex: 2, Province: "四川", City: "成都"},
		{ID: "laozhou", Nick: "老周", Sex: 1, Province: "北京"},
		{ID: "xiaohong", Nick: "小红", Sex: 2, Province: "上海"},
		{ID: "xiaofang", Nick: "小芳", Sex: 2, Province: "湖南", City: "长沙"},
		{ID: "dawei", Nick: "大伟", Sex: 1, Province: "上海"},
		{ID: "weixintuandui", Nick: "微信团队", Official: true},
	}
	for _, p := range people {
		if _, err := b.AddPerson(p); err != nil {
			return fmt.Errorf("wechatbox: the demo needs an empty world: %w", err)
		}
	}
	friends := [][2]string{
		{"xiaoliu", "linlaoshi"},
		{"xiaoliu", "xiaoming"},
		{"xiaoliu", "weixintuandui"},
		{"linlaoshi", "xiaoming"},
		{"linlaoshi", "xiaohong"},
		{"linlaoshi", "ajie"},
		{"linlaoshi", "susu"},
		{"linlaoshi", "laozhou"},
		{"xiaoming", "xiaohong"},
		{"xiaohong", "dawei"},
		{"susu", "xiaofang"},
		{"xiaoming", "ajie"},
	}
	for _, f := range friends {
		if err := b.Befriend(f[0], f[1]); err != nil {
			return err
		}
	}
	if _, err := b.AddGroup("dushuhui", "六点二十读书会", "linlaoshi", "xiaoliu", "xiaoming", "ajie", "susu", "laozhou"); err != nil {
		return err
	}
	return b.SaveGroup("xiaoliu", "dushuhui", true)
}
