package plugin

import (
	"sync"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// tokenSource is the source of the access tokens that the settings log in with. It knows none yet, so a test learns
// whether the secret is good now.
func (p *Page) tokenSource(s settings.Settings, secret shared.SecretText) (*oauth.Source, error) {
	application, err := s.Application(secret)
	if err != nil {
		return nil, err
	}
	return oauth.NewSource(s.TokenClient(smtpconn.Dialer{Permit: p.egress.Permit}), application), nil
}

// applicationOf tells the application that gets the target's tokens from all others, its secret included; empty where
// there is none.
func applicationOf(target smtpconn.Target) string {
	if source, ok := target.Tokens.(*oauth.Source); ok {
		return source.Identity()
	}
	return ""
}

// keptTokens keeps the source of the deliveries as long as they are made in the same way, so that its token outlives a
// save of something else. It may be used concurrently.
type keptTokens struct {
	mu     sync.Mutex
	target smtpconn.Target
}

// keep returns the target with the source from before, where that is the same application over the same way.
func (k *keptTokens) keep(target smtpconn.Target) smtpconn.Target {
	k.mu.Lock()
	defer k.mu.Unlock()
	application := applicationOf(target)
	if application != "" && application == applicationOf(k.target) && sameWay(target, k.target) {
		target.Tokens = k.target.Tokens
	}
	k.target = target
	return target
}

// sameWay reports whether the endpoint is reached in the same way.
func sameWay(one, other smtpconn.Target) bool {
	proxies := []string{"", ""}
	for i, target := range []smtpconn.Target{one, other} {
		if target.Proxy != nil {
			proxies[i] = target.Proxy.String()
		}
	}
	if proxies[0] != proxies[1] || len(one.AdditionalCA) != len(other.AdditionalCA) {
		return false
	}
	for i, certificate := range one.AdditionalCA {
		if !certificate.Equal(other.AdditionalCA[i]) {
			return false
		}
	}
	return true
}
