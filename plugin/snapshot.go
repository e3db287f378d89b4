package plugin

import (
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// snapshot is what the host sees of a state.
func (p *Page) snapshot(state store.State) shared.Snapshot {
	revision := state.Revision
	snapshot := shared.Snapshot{
		Values: p.layers.InForce(revision.Document.Values), Secrets: map[string]shared.SecretState{}, Locks: p.layers.Locks(),
		Revision: revision.Revision,
	}
	var bound settings.Settings
	if settings.NamesApplication(snapshot.Values) { // Nothing else needs the settings, and binding them takes a while.
		bound = p.settingsOf(revision)
		snapshot.Computed = computed(bound)
	}
	for field := range settings.Schema().Fields() {
		if !field.Sensitive {
			continue
		}
		sealed, stored := revision.Document.Secrets[field.Name]
		_, fixed := p.layers.Secret(field.Name)
		known := shared.SecretState{Set: stored || fixed, Since: sealed.Since}
		if known.Set {
			known.Expires = bound.SecretExpires(field.Name)
		}
		snapshot.Secrets[field.Name] = known
	}
	if verified := state.Verified; verified != nil {
		snapshot.Verified = &shared.Verification{
			At: verified.At, Actor: verified.Actor, Revision: verified.Revision,
			Changed: changedSince(verified.Values, p.comparedValues(snapshot)),
		}
	}
	return snapshot
}

// computed is what the page shows to be copied.
func computed(s settings.Settings) shared.Values {
	setUp := s.SetUp()
	if setUp == "" {
		return nil
	}
	return shared.Values{settings.OAuthSetUp: shared.Text(setUp)}
}

// computed is what the page shows of a draft to be copied. The key of a service account, which was typed, names the
// account.
func (b *boundDraft) computed(ctx context.Context) shared.Values {
	if b.settings.SecretField() != settings.OAuthServiceAccount {
		return computed(b.settings)
	}
	key, err := b.secret(ctx, settings.OAuthServiceAccount)
	if err != nil {
		return nil // Test says what is wrong with it.
	}
	return shared.Values{settings.OAuthDelegation: shared.Text(b.settings.Delegation(key))}
}

// comparedValues is what the last verification is compared with: all values with their defaults, and when each secret
// was set.
func (p *Page) comparedValues(snapshot shared.Snapshot) shared.Values {
	schema := settings.Schema()
	values := shared.Values{}
	for field := range schema.Fields() {
		if field.Sensitive {
			values[field.Name] = shared.Text(snapshot.Secrets[field.Name].Since.UTC().Format(time.RFC3339Nano))
		} else {
			values[field.Name] = schema.Effective(field.Name, snapshot.Values)
		}
	}
	return values
}

func changedSince(verified, now shared.Values) []string {
	var changed []string
	for field := range settings.Schema().Fields() {
		if verified[field.Name] != now[field.Name] {
			changed = append(changed, field.Name)
		}
	}
	return changed
}
