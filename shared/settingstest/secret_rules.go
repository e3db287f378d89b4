package settingstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
)

// canary is a secret that is looked for in every reply.
const canary = "canary-6f1f0a52"

// withSecrets is the draft with the canary in every editable secret that the draft does not hide. One that hides all of
// them tries nothing.
func withSecrets(ctx context.Context, p page, valid shared.Draft) (shared.Draft, []string, error) {
	schema, fields, err := editable(ctx, p)
	draft := shared.Draft{Values: valid.Values, Secrets: map[string]shared.SecretChange{}}
	maps.Copy(draft.Secrets, valid.Secrets)
	var secrets, hidden []string
	for _, field := range fields {
		switch {
		case !field.Sensitive:
		case schema.Visible(field, valid.Values):
			draft.Secrets[field.Name] = shared.ReplaceSecret(canary)
			secrets = append(secrets, field.Name)
		default:
			hidden = append(hidden, field.Name)
		}
	}
	if err == nil && len(secrets) == 0 && len(hidden) > 0 {
		err = fmt.Errorf("%w, which hides %q; give what shows it, on the command line with --set field=value", errNotTried,
			hidden)
	}
	return draft, secrets, err
}

func secretHidden(ctx context.Context, p page, valid shared.Draft) error {
	draft, secrets, err := withSecrets(ctx, p, valid)
	if err != nil || len(secrets) == 0 {
		return err
	}
	// Whether it saves or not: a secret does not come out either way.
	validation, err1 := p.Validate(ctx, shared.ValidateRequest{Draft: draft})
	result, err2 := saveValid(ctx, p, draft)
	if errors.Is(err2, errNotTried) {
		err2 = nil
	}
	snapshot, err3 := p.Load(ctx, shared.LoadRequest{})
	events, err4 := runTest(ctx, p, draft)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	for what, reply := range map[string]any{"Validate": validation, "Save": result, "Load": snapshot, "Test": events} {
		text, err := json.Marshal(reply)
		if err != nil {
			return err
		}
		if strings.Contains(string(text), canary) {
			return fmt.Errorf("%s returned the secret: %s", what, text)
		}
	}
	for name, state := range snapshot.Secrets {
		if part := longestPart(state.Hint, canary); len(part) > maxHinted {
			return fmt.Errorf("the hint of %q has %q of the secret in it, more than %d characters", name, part, maxHinted)
		}
	}
	return nil
}

// maxHinted is how many characters of a secret in a row a hint may have.
const maxHinted = 4

// longestPart returns the longest part of the secret that the text has.
func longestPart(text, secret string) string {
	longest := ""
	for from := range secret {
		for to := from + len(longest) + 1; to <= len(secret); to++ {
			if !strings.Contains(text, secret[from:to]) {
				break
			}
			longest = secret[from:to]
		}
	}
	return longest
}

func secretThreeWays(ctx context.Context, p page, valid shared.Draft) error {
	draft, secrets, err := withSecrets(ctx, p, valid)
	if err != nil || len(secrets) == 0 {
		return err
	}
	name := secrets[0]
	for i, way := range []struct {
		change shared.SecretChange
		set    bool
	}{
		{shared.ReplaceSecret(canary), true}, {shared.KeepSecret(), true}, {shared.ClearSecret(), false},
		{shared.KeepSecret(), false},
	} {
		draft.Secrets = map[string]shared.SecretChange{name: way.change}
		_, err := saveValid(ctx, p, draft)
		switch {
		case i > 0 && errors.Is(err, errNotTried):
			return nil // Whether a secret may be missing here is the page's to say.
		case err != nil:
			return err
		}
		after, err := p.Load(ctx, shared.LoadRequest{})
		if err != nil {
			return err
		}
		if after.Secrets[name].Set != way.set {
			return fmt.Errorf("after %q the secret is set: %t", way.change.Action, after.Secrets[name].Set)
		}
	}
	return nil
}

// secretCompared saves a secret, and asks for it and for another one.
func secretCompared(ctx context.Context, p page, valid shared.Draft) error {
	draft, secrets, err := withSecrets(ctx, p, valid)
	if err != nil || len(secrets) == 0 {
		return err
	}
	if _, err := saveValid(ctx, p, draft); err != nil {
		return err
	}
	unasked, err := p.Validate(ctx, shared.ValidateRequest{Draft: draft})
	if err != nil {
		return err
	}
	if len(unasked.SameSecrets) > 0 {
		return fmt.Errorf("without being asked it says that %q are the stored secrets", unasked.SameSecrets)
	}
	for _, name := range secrets {
		draft.Secrets[name] = shared.ReplaceSecret("not-the-" + canary)
	}
	other, err := p.Validate(ctx, shared.ValidateRequest{Draft: draft, CompareSecrets: true})
	if err != nil {
		return err
	}
	for _, name := range secrets {
		if slices.Contains(other.SameSecrets, name) {
			return fmt.Errorf("it says that another secret is the one that is stored for %q", name)
		}
	}
	return nil
}
