// Package grant keeps what owners of mailboxes have permitted by signing in. All processes of a database share a grant,
// and one at a time renews it.
//
// The tokens are sealed for the settings that the grant was given for; see [secret.Destination]. What the settings
// themselves keep of it is its id, as a secret: no earlier revision brings an earlier token back.
package grant

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// ErrElsewhere is [oauth.ErrElsewhere].
var ErrElsewhere = oauth.ErrElsewhere

// unknownLife is how long an access token is taken for good whose end the endpoint does not tell.
const unknownLife = 5 * time.Minute

// Keeper keeps grants in a database. It may be used concurrently.
type Keeper struct {
	database *store.Store
	keeper   *secret.Keeper
	sealing  *secret.Sealing
}

// NewKeeper keeps grants in the database. sealing is told of what is sealed and not stored yet.
func NewKeeper(database *store.Store, keeper *secret.Keeper, sealing *secret.Sealing) *Keeper {
	return &Keeper{database: database, keeper: keeper, sealing: sealing}
}

// New is a grant that has just been given.
type New struct {
	// Account is who signed in, as the provider names them; may be empty.
	Account string
	// Author is the actor of the page.
	Author string
	// Parts are what it is bound to, as [settings.Settings.Destination] returns it.
	Parts map[string]string
	// Answer has its tokens.
	Answer oauth.Answer
}

// Description is what can be told of a grant. Nothing in it is secret.
type Description struct {
	// Account is who signed in, as the provider names them; may be empty. Author is the actor of the page.
	Account, Author string
	SignedIn        time.Time
	// Version counts the renewals, and Renewed is when that was last done, or SignedIn. Unused is how long ago that is, by
	// the clock that all processes share.
	Version int64
	Renewed time.Time
	Unused  time.Duration
	// Ends is when the grant ends unless it is renewed before; zero when that is not known.
	Ends time.Time
	// Refused is when the provider refused it, so that a new sign-in is needed; zero when it did not.
	Refused time.Time
	// Doubt is why its tokens may not be the last ones that the provider has given; empty when nothing speaks for it.
	Doubt oauth.Doubt
	// Parts are what it is bound to.
	Parts map[string]string
}

// Life is for how long the grant was to last when it was renewed; 0 when that is not known.
func (d Description) Life() time.Duration {
	if d.Ends.IsZero() {
		return 0
	}
	return d.Ends.Sub(d.Renewed)
}

// document is the part of a description that stays the same, as it is stored.
type document struct {
	Account  string            `json:"account,omitempty"`
	Author   string            `json:"author,omitempty"`
	SignedIn time.Time         `json:"signed_in"`
	Parts    map[string]string `json:"parts"`
}

// Add stores a grant. The id is what the settings keep of it.
func (k *Keeper) Add(ctx context.Context, made New) (id shared.SecretText, err error) {
	defer k.sealing.Begin()()
	batch, err := k.keeper.Batch(ctx)
	if err != nil {
		return shared.SecretText{}, err
	}
	told, err := json.Marshal(document{
		Account: made.Account, Author: made.Author, SignedIn: time.Now().UTC(), Parts: made.Parts,
	})
	if err != nil {
		return shared.SecretText{}, err
	}
	row := store.Grant{ID: rand.Text(), Version: 1, Document: string(told)}
	if row.Sealed, err = seal(batch, made.Answer, destination(row.ID, row.Version, made.Parts)); err != nil {
		return shared.SecretText{}, err
	}
	access, ends := lives(made.Answer, time.Now())
	return shared.NewSecretText(row.ID), k.database.AddGrant(ctx, row, access, ends)
}

// Describe tells what there is to a grant. The error is [oauth.ErrNoGrant] when there is none.
func (k *Keeper) Describe(ctx context.Context, id shared.SecretText) (Description, error) {
	row, err := k.row(ctx, id.Reveal())
	if err != nil {
		return Description{}, err
	}
	told, err := read(row)
	return Description{
		Account: told.Account, Author: told.Author, SignedIn: told.SignedIn, Version: row.Version, Renewed: row.Renewed,
		Unused: row.Unused, Ends: row.Ends, Refused: row.Refused, Doubt: oauth.Doubt(row.Doubt), Parts: told.Parts,
	}, err
}

func (k *Keeper) row(ctx context.Context, id string) (store.Grant, error) {
	row, err := k.database.Grant(ctx, id)
	if errors.Is(err, store.ErrNoGrant) {
		err = oauth.ErrNoGrant
	}
	return row, err
}

func read(row store.Grant) (document, error) {
	var told document
	if err := json.Unmarshal([]byte(row.Document), &told); err != nil {
		return document{}, fmt.Errorf("what is told of a grant cannot be read: %w", err)
	}
	return told, nil
}

// tokens are what is sealed.
type tokens struct {
	Refresh string `json:"refresh"`
	Access  string `json:"access,omitempty"`
}

// destination is what the tokens of a version are sealed for.
func destination(id string, version int64, parts map[string]string) secret.Destination {
	return secret.Destination{
		Purpose: "grant", ID: id, Generation: strconv.FormatInt(version, 10), Parts: parts,
	}
}

func seal(batch *secret.Batch, answer oauth.Answer, to secret.Destination) ([]byte, error) {
	encoded, err := json.Marshal(tokens{Refresh: answer.Refresh.Reveal(), Access: answer.Text.Reveal()})
	if err != nil {
		return nil, err
	}
	return batch.Seal(shared.NewSecretText(string(encoded)), to)
}

// lives are for how long the access token is good, and the grant; 0 when that is not known of it.
func lives(answer oauth.Answer, now time.Time) (access, ends time.Duration) {
	access = unknownLife
	if !answer.Expires.IsZero() {
		access = max(answer.Expires.Sub(now), 0)
	}
	if !answer.RefreshEnds.IsZero() {
		ends = max(answer.RefreshEnds.Sub(now), time.Second)
	}
	return access, ends
}

// open opens the tokens of a grant for the settings that have the parts.
func (k *Keeper) open(ctx context.Context, row store.Grant, parts map[string]string) (tokens, error) {
	told, err := read(row)
	if err != nil {
		return tokens{}, err
	}
	if !maps.Equal(told.Parts, parts) {
		return tokens{}, ErrElsewhere
	}
	opened, err := k.keeper.Open(ctx, row.Sealed, destination(row.ID, row.Version, parts))
	if err != nil {
		return tokens{}, err
	}
	var found tokens
	if err := json.Unmarshal([]byte(opened.Reveal()), &found); err != nil {
		return tokens{}, fmt.Errorf("%w: it is none of a grant", secret.ErrCannotOpen)
	}
	return found, nil
}
