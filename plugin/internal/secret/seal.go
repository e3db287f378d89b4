// Package secret keeps passwords and tokens at rest. Each is sealed for one destination: the ciphertext can be opened
// only by naming the same purpose, field and settings again, which are all that decide where it goes and who can read
// it on the way. A stored password therefore cannot be sent to a server for which it was not entered, however the
// request is made.
//
// The envelope is ours: the secret is encrypted under a fresh data key, which only secrets share that are stored
// together, with the destination as additional authenticated data (AES-256-GCM), and only the data key is wrapped by a
// key of the [Keyring]. Services that hold keys may ignore additional data, so the binding must not depend on them; and
// another key means that data keys are wrapped anew, never that secrets are decrypted.
package secret

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"

	wrapping "github.com/hashicorp/go-kms-wrapping/v2"
	"google.golang.org/protobuf/proto"

	"github.com/smtp-settings/smtp-settings/shared"
)

// ErrCannotOpen means that a sealed secret is damaged, was sealed with another key, or is bound to another destination.
var ErrCannotOpen = errors.New(
	"the stored secret cannot be opened: it was sealed with another key or for another server")

// nonceLength is that of AES-GCM, in bytes.
const nonceLength = 12

// Keeper seals and opens secrets. It may be used concurrently.
type Keeper struct{ keys *Keyring }

// NewKeeper returns a Keeper whose data keys are wrapped by the newest key of the ring.
func NewKeeper(keys *Keyring) *Keeper { return &Keeper{keys: keys} }

// Seal encrypts the secret for the destination, under a data key of its own.
func (k *Keeper) Seal(ctx context.Context, secret shared.SecretText, destination Destination) ([]byte, error) {
	batch, err := k.Batch(ctx)
	if err != nil {
		return nil, err
	}
	return batch.Seal(secret, destination)
}

// Batch seals secrets that are stored together under one data key, each for its own destination: where a service holds
// the key, that takes one call for all of them. It may be used concurrently. It must be used at once: a later turn to
// another key does not reach it; see [Sealing].
type Batch struct {
	aead    cipher.AEAD
	wrapped []byte // the data key
}

// Batch begins a batch. It calls the service that holds the key, if there is one, and returns at once when ctx ends.
func (k *Keeper) Batch(ctx context.Context) (*Batch, error) {
	dataKey := make([]byte, keyLength)
	_, _ = rand.Read(dataKey) // It never fails; see its documentation.
	block, err := aes.NewCipher(dataKey)
	if err != nil {
		return nil, fmt.Errorf("seal secret: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("seal secret: %w", err)
	}
	wrapped, err := k.keys.wrap(ctx, dataKey)
	if err != nil {
		return nil, fmt.Errorf("seal secret: %w", err)
	}
	return &Batch{aead: aead, wrapped: wrapped}, nil
}

// Seal encrypts the secret for the destination.
func (b *Batch) Seal(secret shared.SecretText, destination Destination) ([]byte, error) {
	//nolint:gosec // The AEAD makes the nonce itself.
	sealed := b.aead.Seal(nil, nil, []byte(secret.Reveal()), destination.additionalData())
	return proto.Marshal(&wrapping.BlobInfo{
		Ciphertext: sealed[nonceLength:], Iv: sealed[:nonceLength], KeyInfo: &wrapping.KeyInfo{WrappedKey: b.wrapped},
	})
}

// Open decrypts what Seal returned for the same destination. The error is ErrCannotOpen or wraps it.
func (k *Keeper) Open(ctx context.Context, sealed []byte, destination Destination) (shared.SecretText, error) {
	var blob wrapping.BlobInfo
	if err := proto.Unmarshal(sealed, &blob); err != nil || len(blob.GetIv()) != nonceLength {
		return shared.SecretText{}, ErrCannotOpen // A cipher panics when its nonce has another length.
	}
	dataKey, err := k.keys.unwrap(ctx, blob.GetKeyInfo().GetWrappedKey())
	if err != nil {
		return shared.SecretText{}, fmt.Errorf("%w (%w)", ErrCannotOpen, err)
	}
	plain, err := wrapping.EnvelopeDecrypt(&wrapping.EnvelopeInfo{Ciphertext: blob.GetCiphertext(), Iv: blob.GetIv(),
		Key: dataKey},
		wrapping.WithAad(destination.additionalData()))
	if err != nil {
		return shared.SecretText{}, ErrCannotOpen
	}
	return shared.NewSecretText(string(plain)), nil
}

// Rewrap wraps the data key of a sealed secret with the newest key of the ring; the secret itself stays sealed. The
// second result is false when there was nothing to do.
func (k *Keeper) Rewrap(ctx context.Context, sealed []byte) ([]byte, bool, error) {
	return k.Rewrapper().Rewrap(ctx, sealed)
}

// Rewrapper wraps data keys anew. One that several secrets share is wrapped once, and shared afterwards as before. It
// is for one goroutine.
type Rewrapper struct {
	keeper *Keeper
	done   map[string][]byte // by what a data key was wrapped to before
}

// Rewrapper begins to wrap data keys anew.
func (k *Keeper) Rewrapper() *Rewrapper { return &Rewrapper{keeper: k, done: map[string][]byte{}} }

// Rewrap is [Keeper.Rewrap].
func (w *Rewrapper) Rewrap(ctx context.Context, sealed []byte) ([]byte, bool, error) {
	var blob wrapping.BlobInfo
	if err := proto.Unmarshal(sealed, &blob); err != nil {
		return nil, false, ErrCannotOpen
	}
	old := blob.GetKeyInfo().GetWrappedKey()
	current, err := w.keeper.keys.isCurrent(ctx, old)
	if err != nil || current {
		return sealed, false, err
	}
	wrapped, known := w.done[string(old)]
	if !known {
		dataKey, err := w.keeper.keys.unwrap(ctx, old)
		if err != nil {
			return nil, false, fmt.Errorf("%w (%w)", ErrCannotOpen, err)
		}
		if wrapped, err = w.keeper.keys.wrap(ctx, dataKey); err != nil {
			return nil, false, err
		}
		if len(w.done) >= maxDataKeys {
			clear(w.done)
		}
		w.done[string(old)] = wrapped
	}
	blob.KeyInfo = &wrapping.KeyInfo{WrappedKey: wrapped}
	encoded, err := proto.Marshal(&blob)
	return encoded, true, err
}

// IsSame reports whether two sealed secrets are the same one, whichever keys their data key is wrapped with.
func IsSame(one, other []byte) bool {
	var a, b wrapping.BlobInfo
	return bytes.Equal(one, other) || proto.Unmarshal(one, &a) == nil && proto.Unmarshal(other, &b) == nil &&
		len(a.GetIv()) > 0 && bytes.Equal(a.GetIv(), b.GetIv()) && bytes.Equal(a.GetCiphertext(), b.GetCiphertext())
}

// IsDamaged reports whether an error of Open says that what is sealed is of no use whatever keys are put back, nor when
// a service that holds keys answers again.
func IsDamaged(err error) bool {
	var reason interface{ Unwrap() []error } // It says why the key cannot be had.
	var damaged *damagedError
	return errors.Is(err, ErrCannotOpen) && (!errors.As(err, &reason) || errors.As(err, &damaged))
}

// IsLost reports whether a sealed secret can never be opened with the keys of the ring: it is damaged, or its key is
// not there. That a service which holds keys refuses it does not count, for it may do so for a while only.
func (k *Keeper) IsLost(ctx context.Context, sealed []byte) bool {
	var blob wrapping.BlobInfo
	if err := proto.Unmarshal(sealed, &blob); err != nil {
		return true
	}
	return k.keys.isLost(ctx, blob.GetKeyInfo().GetWrappedKey())
}
