// Package secret keeps passwords and tokens at rest. Each is sealed for one destination: the ciphertext can be opened only
// by naming the same purpose, field and settings again, which are all that decide where it goes and who can read it on the
// way. A stored password therefore cannot be sent to a server for which it was not entered, however the request is made.
//
// The envelope is ours: the secret is encrypted under a fresh data key with the destination as additional authenticated
// data (AES-256-GCM), and only the data key is wrapped by a key of the [Keyring]. Services that hold keys may ignore
// additional data, so the binding must not depend on them; and another key means that data keys are wrapped anew, never
// that secrets are decrypted.
package secret

import (
	"context"
	"errors"
	"fmt"

	wrapping "github.com/hashicorp/go-kms-wrapping/v2"
	"google.golang.org/protobuf/proto"

	"github.com/smtp-settings/smtp-settings/shared"
)

// ErrCannotOpen means that a sealed secret is damaged, was sealed with another key, or is bound to another destination.
var ErrCannotOpen = errors.New("the stored secret cannot be opened: it was sealed with another key or for another server")

// nonceLength is that of AES-GCM, in bytes.
const nonceLength = 12

// Keeper seals and opens secrets. It may be used concurrently.
type Keeper struct{ keys *Keyring }

// NewKeeper returns a Keeper whose data keys are wrapped by the newest key of the ring.
func NewKeeper(keys *Keyring) *Keeper { return &Keeper{keys: keys} }

// Seal encrypts the secret for the destination.
func (k *Keeper) Seal(ctx context.Context, secret shared.SecretText, destination Destination) ([]byte, error) {
	envelope, err := wrapping.EnvelopeEncrypt([]byte(secret.Reveal()), wrapping.WithAad(destination.additionalData()))
	if err != nil {
		return nil, fmt.Errorf("seal secret: %w", err)
	}
	wrapped, err := k.keys.wrap(ctx, envelope.Key)
	if err != nil {
		return nil, fmt.Errorf("seal secret: %w", err)
	}
	return proto.Marshal(&wrapping.BlobInfo{Ciphertext: envelope.Ciphertext, Iv: envelope.Iv, KeyInfo: &wrapping.KeyInfo{WrappedKey: wrapped}})
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
	plain, err := wrapping.EnvelopeDecrypt(&wrapping.EnvelopeInfo{Ciphertext: blob.GetCiphertext(), Iv: blob.GetIv(), Key: dataKey},
		wrapping.WithAad(destination.additionalData()))
	if err != nil {
		return shared.SecretText{}, ErrCannotOpen
	}
	return shared.NewSecretText(string(plain)), nil
}

// Rewrap wraps the data key of a sealed secret with the newest key of the ring; the secret itself stays sealed. The second
// result is false when there was nothing to do.
func (k *Keeper) Rewrap(ctx context.Context, sealed []byte) ([]byte, bool, error) {
	var blob wrapping.BlobInfo
	if err := proto.Unmarshal(sealed, &blob); err != nil {
		return nil, false, ErrCannotOpen
	}
	current, err := k.keys.isCurrent(ctx, blob.GetKeyInfo().GetWrappedKey())
	if err != nil || current {
		return sealed, false, err
	}
	dataKey, err := k.keys.unwrap(ctx, blob.GetKeyInfo().GetWrappedKey())
	if err != nil {
		return nil, false, fmt.Errorf("%w (%w)", ErrCannotOpen, err)
	}
	wrapped, err := k.keys.wrap(ctx, dataKey)
	if err != nil {
		return nil, false, err
	}
	blob.KeyInfo = &wrapping.KeyInfo{WrappedKey: wrapped}
	encoded, err := proto.Marshal(&blob)
	return encoded, true, err
}

// IsLost reports whether a sealed secret can never be opened with the keys of the ring: it is damaged, or its key is not
// there. That a service which holds keys refuses it does not count, for it may do so for a while only.
func (k *Keeper) IsLost(ctx context.Context, sealed []byte) bool {
	var blob wrapping.BlobInfo
	if err := proto.Unmarshal(sealed, &blob); err != nil {
		return true
	}
	return k.keys.isLost(ctx, blob.GetKeyInfo().GetWrappedKey())
}
