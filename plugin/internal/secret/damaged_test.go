package secret_test

import (
	"errors"
	"slices"
	"testing"

	wrapping "github.com/hashicorp/go-kms-wrapping/v2"
	"google.golang.org/protobuf/proto"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestDamagedSecrets opens what somebody without the key can make of a sealed secret: every part of it short, long, empty
// or of other bytes. It is an error, and never the end of the process.
func TestDamagedSecrets(t *testing.T) {
	ring, err := secret.OpenKeyring(t.Context(), t.TempDir(), "", nil, true)
	if err != nil {
		t.Fatal(err)
	}
	keeper := secret.NewKeeper(ring)
	destination := secret.Destination{Purpose: "settings", Field: "password", ID: "a", Generation: "b"}
	sealed, err := keeper.Seal(t.Context(), shared.NewSecretText("s3cret"), destination)
	if err != nil {
		t.Fatal(err)
	}
	open := func(name string, damaged []byte) {
		t.Helper()
		defer func() {
			if cause := recover(); cause != nil {
				t.Errorf("%s: panic: %v", name, cause)
			}
		}()
		if got, err := keeper.Open(t.Context(), damaged, destination); !errors.Is(err, secret.ErrCannotOpen) {
			t.Errorf("%s opens: %q, %v", name, got.Reveal(), err)
		}
		_, _, _ = keeper.Rewrap(t.Context(), damaged)
	}
	other := func(bytes []byte) [][]byte {
		variants := [][]byte{nil, bytes[:1], bytes[:len(bytes)-1], append(slices.Clone(bytes), 0), make([]byte, len(bytes)), make([]byte, 1000)}
		flipped := slices.Clone(bytes)
		flipped[len(flipped)/2] ^= 1
		return append(variants, flipped)
	}
	within := func(encoded []byte, name string, again func([]byte) []byte) {
		var blob wrapping.BlobInfo
		if err := proto.Unmarshal(encoded, &blob); err != nil {
			t.Fatal(err)
		}
		marshal := func() []byte {
			encoded, err := proto.Marshal(&blob)
			if err != nil {
				t.Fatal(err)
			}
			return again(encoded)
		}
		for part, bytes := range map[string]*[]byte{"ciphertext": &blob.Ciphertext, "iv": &blob.Iv, "wrapped key": &blob.KeyInfo.WrappedKey} {
			right := *bytes
			if len(right) == 0 {
				continue
			}
			for _, wrong := range other(right) {
				*bytes = wrong
				open(name+part, marshal())
			}
			*bytes = right
		}
		id := blob.KeyInfo.KeyId
		for _, wrong := range []string{"", "x", "local-", id + "x"} {
			if wrong != id && len(id) > 0 {
				blob.KeyInfo.KeyId = wrong
				_, _ = keeper.Open(t.Context(), marshal(), destination) // The key is the same one.
			}
		}
		blob.KeyInfo = nil
		open(name+"no key info", marshal())
	}
	within(sealed, "", func(encoded []byte) []byte { return encoded })
	var blob wrapping.BlobInfo
	if err := proto.Unmarshal(sealed, &blob); err != nil {
		t.Fatal(err)
	}
	within(blob.KeyInfo.WrappedKey, "within the wrapped key: ", func(encoded []byte) []byte {
		damaged := proto.Clone(&blob).(*wrapping.BlobInfo)
		damaged.KeyInfo.WrappedKey = encoded
		whole, err := proto.Marshal(damaged)
		if err != nil {
			t.Fatal(err)
		}
		return whole
	})
	for end := range sealed {
		open("cut off", sealed[:end])
		flipped := slices.Clone(sealed)
		flipped[end] ^= 0x80
		_, _ = keeper.Open(t.Context(), flipped, destination)
		_, _, _ = keeper.Rewrap(t.Context(), flipped)
	}
}
