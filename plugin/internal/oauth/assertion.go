package oauth

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"
)

// algorithm is how an assertion is signed (RFC 7518 section 3.1).
type algorithm string

const (
	rs256 algorithm = "RS256"
	ps256 algorithm = "PS256"
)

// assertion is a JSON Web Token that we sign (RFC 7519).
type assertion struct {
	header map[string]string
	claims map[string]any
}

// Times of an assertion. It holds for a while before and after now, for clocks that differ by up to five minutes and
// for the way to the endpoint, and was issued then: some endpoints take none from the future. Google takes up to an
// hour, Microsoft recommends that it ends within five to ten minutes.
const (
	assertionBefore = 6 * time.Minute
	assertionAfter  = 6 * time.Minute
)

// validAt sets when the assertion holds.
func (a assertion) validAt(now time.Time) {
	a.claims["iat"] = now.Add(-assertionBefore).Unix()
	a.claims["exp"] = now.Add(assertionAfter).Unix()
}

// sign returns the assertion in its compact form (RFC 7515 section 3.1).
func (a assertion) sign(key *rsa.PrivateKey, how algorithm) (string, error) {
	header := map[string]string{"typ": "JWT", "alg": string(how)}
	for name, value := range a.header {
		header[name] = value
	}
	encodedHeader, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	encodedClaims, err := json.Marshal(a.claims)
	if err != nil {
		return "", err
	}
	signed := inBase64(encodedHeader) + "." + inBase64(encodedClaims)
	digest := sha256.Sum256([]byte(signed))
	var signature []byte
	if how == ps256 {
		signature, err = rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:],
			&rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) // RFC 7518 section 3.5
	} else {
		signature, err = rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	}
	if err != nil {
		return "", err
	}
	return signed + "." + inBase64(signature), nil
}

func inBase64(content []byte) string { return base64.RawURLEncoding.EncodeToString(content) }
