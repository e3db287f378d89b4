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

// TestDamagedSecrets opens what an attacker without the key can make of a sealed secret: every part of it short, long,
// empty or of other bytes. It is an error, and never the end of the process.
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
		openDamaged(t, keeper, destination, name, damaged)
	}
	harmless := func(damaged []byte) {
		_, _ = keeper.Open(t.Context(), damaged, destination)
		_, _, _ = keeper.Rewrap(t.Context(), damaged)
	}
	damageWithin(t, sealed, "", open, harmless, func(encoded []byte) []byte { return encoded })
	var blob wrapping.BlobInfo
	if err := proto.Unmarshal(sealed, &blob); err != nil {
		t.Fatal(err)
	}
	damageWithin(t, blob.KeyInfo.WrappedKey, "within the wrapped key: ", open, harmless, func(encoded []byte) []byte {
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
		harmless(flipped)
	}
}

// openDamaged holds that what is damaged cannot be opened, and does no harm.
func openDamaged(t *testing.T, keeper *secret.Keeper, destination secret.Destination, name string, damaged []byte) {
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

// damages are what can become of bytes.
func damages(bytes []byte) [][]byte {
	flipped := slices.Clone(bytes)
	flipped[len(flipped)/2] ^= 1
	return [][]byte{
		nil, bytes[:1], bytes[:len(bytes)-1], append(slices.Clone(bytes), 0), make([]byte, len(bytes)), make([]byte, 1000),
		flipped,
	}
}

// damageWithin damages each part of an encoded blob. again puts it back to where it was found.
func damageWithin(
	t *testing.T, encoded []byte, name string, open func(string, []byte), harmless func([]byte), again func([]byte) []byte,
) {
	t.Helper()
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
	for part, bytes := range map[string]*[]byte{"ciphertext": &blob.Ciphertext, "iv": &blob.Iv,
		"wrapped key": &blob.KeyInfo.WrappedKey} {
		right := *bytes
		if len(right) == 0 {
			continue
		}
		for _, wrong := range damages(right) {
			*bytes = wrong
			open(name+part, marshal())
		}
		*bytes = right
	}
	id := blob.KeyInfo.KeyId
	for _, wrong := range []string{"", "x", "local-", id + "x"} {
		if wrong != id && len(id) > 0 {
			blob.KeyInfo.KeyId = wrong
			harmless(marshal()) // The key is the same one.
		}
	}
	blob.KeyInfo = nil
	open(name+"no key info", marshal())
}
