package smtpconn

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"hash"
	"regexp"
	"strconv"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/xdg-go/scram"
	"github.com/xdg-go/stringprep"
)

// Bounds of what a server may demand of SCRAM.
const (
	// maxIterations bounds the work: a million rounds take a fraction of a second, the two billion that the protocol
	// allows take many minutes. The context can abandon them all the same.
	maxIterations = 1_000_000
	// minUnverifiedIterations is what RFC 5802 section 5.1 and RFC 7677 section 4 ask for. An impostor that asks for
	// less gets a proof from which the password is cheap to guess, so a server whose certificate was not verified may
	// not. One that was verified is the server to which PLAIN would show the password itself; old ones are known to ask
	// for less.
	minUnverifiedIterations = 4096
	maxScramNonce           = 1024 // characters
	maxScramSalt            = 1024 // bytes
)

// scramExchange is the client's side of SCRAM (RFC 5802, RFC 7677), with channel binding when the name ends in -PLUS.
type scramExchange struct {
	ctx             context.Context
	name            string
	hash            func() hash.Hash
	login, password string // prepared by SASLprep (RFC 4013)
	binding         scram.ChannelBinding
	minIterations   int
	err             error // why the exchange cannot begin

	nonce     string // our part of it
	first     string // client-first-message-bare
	signature []byte // the server's, which it has yet to show
	state     scramState
}

type scramState uint8

const (
	scramFirst  scramState = iota // the server's first message is awaited
	scramFinal                    // its last one is awaited
	scramProven                   // the server has shown that it knows the password
	scramDenied                   // the server has said no within the exchange; its reply follows
	scramBroken
)

func scramClient(name string, hash func() hash.Hash) func(context.Context, Target, *Session) sasl.Client {
	return func(ctx context.Context, target Target, session *Session) sasl.Client {
		s := &scramExchange{ctx: ctx, name: name, hash: hash, minIterations: 1}
		if session.Encryption == NoEncryption || session.Unverified != nil {
			s.minIterations = minUnverifiedIterations
		}
		var inLogin, inPassword error
		s.login, inLogin = stringprep.SASLprep.Prepare(target.Login)
		s.password, inPassword = stringprep.SASLprep.Prepare(target.Password.Reveal())
		if inLogin != nil || inPassword != nil { // Their texts quote what they refuse.
			s.err = ReasonForbiddenCharacters
		} else if strings.HasSuffix(name, "-PLUS") {
			s.binding, s.err = channelBinding(session)
		}
		return s
	}
}

// channelBinding is tls-exporter with TLS 1.3 (RFC 9266) and tls-server-end-point before it (RFC 5929).
func channelBinding(session *Session) (scram.ChannelBinding, error) {
	const tls13 = 0x0304
	if session.TLS.Version >= tls13 {
		return scram.NewTLSExporterBinding(session.TLS)
	}
	return scram.NewTLSServerEndpointBinding(session.TLS)
}

// gs2 is the header that tells of the channel binding.
func (s *scramExchange) gs2() string {
	if s.binding.IsSupported() {
		return "p=" + string(s.binding.Type) + ",,"
	}
	return "n,,"
}

// Start returns the client's first message.
func (s *scramExchange) Start() (string, []byte, error) {
	if s.err != nil {
		return s.name, nil, s.err
	}
	s.nonce = rand.Text()
	s.first = "n=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(s.login) + ",r=" + s.nonce
	return s.name, []byte(s.gs2() + s.first), nil
}

// Next answers a message of the server. Its errors never quote the server.
func (s *scramExchange) Next(challenge []byte) ([]byte, error) {
	state := s.state
	s.state = scramBroken
	switch state {
	case scramFirst:
		response, err := s.prove(string(challenge))
		if err == nil {
			s.state = scramFinal
		}
		return response, err
	case scramFinal:
		if strings.HasPrefix(string(challenge), "e=") {
			s.state = scramDenied
			return []byte{}, nil
		}
		if !s.signedBy(string(challenge)) {
			return nil, &Error{Kind: KindServerUntrusted}
		}
		s.state = scramProven
		return []byte{}, nil
	default:
		return nil, ReasonSenselessChallenge
	}
}

// prove answers the server's first message with the proof that we know the password.
func (s *scramExchange) prove(message string) ([]byte, error) {
	asked, err := parseScramChallenge(message)
	switch {
	case err != nil:
		return nil, err
	case len(asked.nonce) <= len(s.nonce) || !strings.HasPrefix(asked.nonce, s.nonce):
		return nil, ReasonSenselessChallenge
	case asked.iterations > maxIterations:
		return nil, &IterationsError{Demanded: asked.iterations, Limit: maxIterations}
	case asked.iterations < s.minIterations:
		return nil, &IterationsError{Demanded: asked.iterations, Limit: s.minIterations}
	}
	salted, err := saltedPassword(s.ctx, s.hash, s.password, asked.salt, asked.iterations)
	if err != nil {
		return nil, err
	}
	bound := base64.StdEncoding.EncodeToString(append([]byte(s.gs2()), s.binding.Data...))
	withoutProof := "c=" + bound + ",r=" + asked.nonce
	signed := s.first + "," + message + "," + withoutProof
	clientKey := s.mac(salted, "Client Key")
	stored := s.hash()
	stored.Write(clientKey)
	proof := s.mac(stored.Sum(nil), signed)
	subtle.XORBytes(proof, proof, clientKey)
	s.signature = s.mac(s.mac(salted, "Server Key"), signed)
	return []byte(withoutProof + ",p=" + base64.StdEncoding.EncodeToString(proof)), nil
}

// signedBy reports whether the server's last message shows that it knows the password.
func (s *scramExchange) signedBy(message string) bool {
	verifier, _, _ := strings.Cut(message, ",")
	encoded, ok := strings.CutPrefix(verifier, "v=")
	signature, err := base64.StdEncoding.DecodeString(encoded)
	return ok && err == nil && hmac.Equal(signature, s.signature)
}

// proven reports whether the server has shown that it knows the password as well.
func (s *scramExchange) proven() bool { return s.state == scramProven }

func (s *scramExchange) mac(key []byte, text string) []byte {
	mac := hmac.New(s.hash, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// scramChallenge is the server's first message.
type scramChallenge struct {
	nonce      string
	salt       []byte
	iterations int
}

// positiveNumber is posit-number of RFC 5802 section 7. What strconv reads beside it, such as a sign, is not a count.
var positiveNumber = regexp.MustCompile(`^[1-9][0-9]{0,9}$`)

var scramExtension = regexp.MustCompile(`^[A-Za-z]=`)

// parseScramChallenge reads server-first-message of RFC 5802 section 7. Extensions are ignored, but not a second
// value of what was given, nor the mandatory extension (m).
func parseScramChallenge(message string) (scramChallenge, error) {
	fields := strings.Split(message, ",")
	if len(fields) < 3 {
		return scramChallenge{}, ReasonSenselessChallenge
	}
	nonce, hasNonce := strings.CutPrefix(fields[0], "r=")
	encoded, hasSalt := strings.CutPrefix(fields[1], "s=")
	count, hasCount := strings.CutPrefix(fields[2], "i=")
	salt, err := base64.StdEncoding.DecodeString(encoded)
	switch {
	case !hasNonce || !hasSalt || !hasCount || err != nil:
		return scramChallenge{}, ReasonSenselessChallenge
	case len(nonce) > maxScramNonce || !isPrintableASCII(nonce) || len(salt) == 0 || len(salt) > maxScramSalt:
		return scramChallenge{}, ReasonSenselessChallenge
	case !positiveNumber.MatchString(count):
		return scramChallenge{}, ReasonSenselessChallenge
	}
	for _, extension := range fields[3:] {
		if !scramExtension.MatchString(extension) || strings.Contains("rsim", extension[:1]) {
			return scramChallenge{}, ReasonSenselessChallenge
		}
	}
	iterations, err := strconv.Atoi(count)
	if err != nil {
		return scramChallenge{}, ReasonSenselessChallenge
	}
	return scramChallenge{nonce: nonce, salt: salt, iterations: iterations}, nil
}

func isPrintableASCII(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// abandonEvery is how many iterations pass between two looks at the context: less than a millisecond.
const abandonEvery = 1024

// saltedPassword is Hi of RFC 5802 section 2.2: PBKDF2 (RFC 8018 section 5.2) with one block of output. It is made here
// because that of the standard library cannot be abandoned, and its cost is the server's choice.
func saltedPassword(
	ctx context.Context, newHash func() hash.Hash, password string, salt []byte, iterations int,
) ([]byte, error) {
	mac := hmac.New(newHash, []byte(password))
	mac.Write(salt)
	mac.Write([]byte{0, 0, 0, 1})
	round := mac.Sum(nil)
	salted := append([]byte(nil), round...)
	for i := 1; i < iterations; i++ {
		if i%abandonEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		mac.Reset()
		mac.Write(round)
		round = mac.Sum(round[:0])
		subtle.XORBytes(salted, salted, round)
	}
	return salted, nil
}
