module bench

go 1.26.0

require (
	github.com/coder/websocket v1.8.15
	github.com/eatmoreapple/openwechat v1.4.10
	go.etcd.io/bbolt v1.5.0
	sixtwenty v0.0.0
)

require (
	github.com/6tail/lunar-go v1.4.6 // indirect
	github.com/go-text/typesetting v0.3.5 // indirect
	github.com/makiuchi-d/gozxing v0.1.1 // indirect
	github.com/robfig/cron/v3 v3.0.1 // indirect
	github.com/tcolgate/mp3 v0.0.0-20170426193717-e79c5a46d300 // indirect
	github.com/tidwall/btree v1.8.1 // indirect
	go.uber.org/multierr v1.10.0 // indirect
	go.uber.org/zap v1.28.0 // indirect
	golang.org/x/image v0.47.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	golang.org/x/xerrors v0.0.0-20200804184101-5ec99f83aff1 // indirect
	rsc.io/qr v0.2.0 // indirect
)

replace sixtwenty => ../
