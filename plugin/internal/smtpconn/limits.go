package smtpconn

import "time"

// Limits bounds the time of each step. A zero field means the default. Where the peer is silent the defaults are
// those of RFC 5321 section 4.5.3.2; a test has a deadline of its own in its context.
type Limits struct {
	Token   time.Duration // the access token; 30 s
	Resolve time.Duration // name lookup; 5 s
	Connect time.Duration // each address; 5 s
	TLS     time.Duration // handshake; 10 s
	// Greeting is how long the server may take to greet; 5 min. Healthy ones take 20 to 30 s, to catch spammers or because
	// they look the client up.
	Greeting time.Duration
	// Silence is how long a plain connection may stay silent before TLS is tried on a second one; 2 s.
	Silence time.Duration
	// Auth is the whole login; 20 s. Servers delay a refusal on purpose, up to 10 s.
	Auth    time.Duration
	Command time.Duration // each other command; 5 min
	// DataReply is how long the server may take to ask for the message; 2 min.
	DataReply time.Duration
	Data      time.Duration // sending the message; 5 min
	// FinalReply is how long the server may take to answer the whole message; 10 min.
	FinalReply time.Duration
	Quit       time.Duration // the answer to QUIT, on which nothing depends; 1 s
}

func (l Limits) withDefaults() Limits {
	for _, limit := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&l.Token, 30 * time.Second},
		{&l.Resolve, 5 * time.Second}, {&l.Connect, 5 * time.Second}, {&l.TLS, 10 * time.Second},
		{&l.Greeting, 5 * time.Minute}, {&l.Silence, 2 * time.Second}, {&l.Auth, 20 * time.Second},
		{&l.Command, 5 * time.Minute}, {&l.DataReply, 2 * time.Minute}, {&l.Data, 5 * time.Minute},
		{&l.FinalReply, 10 * time.Minute}, {&l.Quit, time.Second},
	} {
		if *limit.value == 0 {
			*limit.value = limit.standard
		}
	}
	return l
}

// Opening bounds one Open by the limits of its steps. A STARTTLS whose hello is not answered needs a second
// connection and a second EHLO, and one that fails a third; of the long waits only two are counted. It is for those
// who must not rely on Open to end.
func (l Limits) Opening() time.Duration {
	l = l.withDefaults()
	connect := l.Connect + maxAddresses*connectionAttemptDelay
	return l.Resolve + 3*(connect+l.TLS) + 2*(l.Greeting+l.Command) + l.Auth
}

// longEnough is how long a server must have been silent in a step for its silence to be the failure, also where the
// caller's own deadline ended the wait. Before that the deadline is.
const longEnough = 10 * time.Second
