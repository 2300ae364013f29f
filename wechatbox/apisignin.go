package wechatbox

import "net/http"

// signInAPI are the calls about QR codes and web sessions.
func (b *Box) signInAPI() map[string]http.HandlerFunc {
	type code struct{ Who, UUID string }
	return map[string]http.HandlerFunc{
		"GET /box/qr": question(b, func(*http.Request) (any, error) {
			q, shown := b.CurrentQR()
			if !shown {
				return nil, &UnknownError{What: "QR code"}
			}
			return q, nil
		}),
		"GET /box/session": question(b, func(r *http.Request) (any, error) { return b.Session(b.whoOf(r)) }),
		"POST /box/scan": control(b, func(_ *http.Request, in struct {
			Who, UUID string
			Confirm   *bool // default: yes
		},
		) (any, error) {
			if err := b.Scan(in.Who, in.UUID); err != nil || in.Confirm != nil && !*in.Confirm {
				return nil, err
			}
			return nil, b.Confirm(in.Who, in.UUID)
		}),
		"POST /box/confirm": control(b, func(_ *http.Request, in code) (any, error) { return nil, b.Confirm(in.Who, in.UUID) }),
		"POST /box/expire":  control(b, func(_ *http.Request, in code) (any, error) { return nil, b.Expire(in.UUID) }),
		"POST /box/kick": control(b, func(_ *http.Request, in struct {
			Who string
			Ret int
		},
		) (any, error) {
			if in.Ret == 0 {
				in.Ret = retNotIn
			}
			return nil, b.EndSession(b.orAccount(in.Who), in.Ret)
		}),
	}
}
