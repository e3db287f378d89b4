package smtpconn

// startTLS encrypts the connection where that is demanded or offered (RFC 3207). An attacker who can make an offered
// STARTTLS fail must not learn the password by it: with a login to come, or with a pinned certificate, its failure is
// final.
func (o *opening) startTLS() error {
	session := o.conn.session
	if !session.Offers("STARTTLS") || o.target.NeverStartTLS && !o.target.Encrypt {
		if o.target.demandsEncryption() {
			return o.trace.run(StepStartTLS, func() (Result, Detail, error) {
				return Failed, nil, &Error{Kind: KindStartTLSMissing}
			})
		}
		return nil
	}
	err := o.trace.run(StepStartTLS, func() (Result, Detail, error) {
		if err := o.upgrade(); err != nil {
			return o.withoutEncryption(err)
		}
		if session.Unverified != nil {
			return Noted, session.secured(), nil
		}
		return Passed, session.secured(), nil
	})
	if err != nil || session.Encryption == NoEncryption {
		return err
	}
	// What was said in plain text counts no longer (RFC 3207 section 4.2). This EHLO is only reported when it fails.
	if _, _, err := o.sayHello(); err != nil {
		return o.trace.run(StepHello, func() (Result, Detail, error) { return o.withoutEncryption(err) })
	}
	return nil
}

func (o *opening) upgrade() error {
	if err := o.requestTLS(); err != nil {
		return inContext(o.ctx, err)
	}
	err := o.secure(StartTLS, func() error {
		if err := o.startOver(); err != nil {
			return err
		}
		if !o.conn.session.Offers("STARTTLS") {
			return &Error{Kind: KindStartTLSMissing}
		}
		return o.requestTLS()
	})
	if plainRecord(err) {
		return &Error{Kind: KindUnexpectedBytes, Err: err}
	}
	return err
}

// requestTLS says STARTTLS. Nothing may have been said by the server before, nor be said behind its answer: what comes
// over the unencrypted connection now could have been put there by anybody.
func (o *opening) requestTLS() error {
	wire := o.conn.wire
	defer wire.limit(o.ctx, o.conn.limits.Command)()
	if wire.reader.Buffered() > 0 {
		return &Error{Kind: KindUnexpectedBytes}
	}
	reply, err := wire.exchange("STARTTLS")
	switch {
	case err != nil:
		return err
	case reply.Code != 220:
		return &Error{Kind: KindRefusedByReply, Reply: &reply}
	case wire.reader.Buffered() > 0:
		return &Error{Kind: KindUnexpectedBytes}
	}
	return nil
}

// withoutEncryption decides what follows when an offered STARTTLS has failed: the end, or, where there is nothing to
// lose, a plain conversation.
func (o *opening) withoutEncryption(err error) (Result, Detail, error) {
	if o.target.demandsEncryption() || o.target.WantsLogin() || o.ctx.Err() != nil {
		return Failed, nil, err
	}
	failure := asError(err)
	failure.Step = StepStartTLS
	o.conn.session.StartTLSFailure = failure
	if err := o.goOnPlain(failure); err != nil {
		return Failed, nil, err
	}
	return Noted, LeftPlain{failure}, nil
}

// goOnPlain continues after a STARTTLS that failed. A server that said no is still there; otherwise it has to be called
// again.
func (o *opening) goOnPlain(failure *Error) error {
	session := o.conn.session
	refused := failure.Kind == KindRefusedByReply && failure.Reply.Code != 421 && session.Encryption == NoEncryption
	session.Encryption, session.TLS, session.Unverified, session.SmallHello = NoEncryption, nil, nil, false
	if refused && o.conn.wire.reader.Buffered() == 0 {
		return nil
	}
	return o.startOver()
}

// startOver calls the server again, up to and including EHLO, without reporting steps.
func (o *opening) startOver() error {
	tcp, err := o.redial(o.ctx)
	if err != nil {
		return inContext(o.ctx, err)
	}
	o.adopt(tcp)
	reply, err := o.awaitGreeting()
	if err != nil {
		return inContext(o.ctx, err)
	}
	if reply.Code != 220 {
		return &Error{Kind: KindRefusedByReply, Reply: &reply}
	}
	_, _, err = o.sayHello()
	return err
}

// demandsEncryption reports whether the target must not be talked to in plain text: a pin proves nothing there.
func (t Target) demandsEncryption() bool { return t.Encrypt || t.pins() }

// mayLogIn is the last line of defence: Open does not come as far as the login without the encryption that it needs.
func (o *opening) mayLogIn() bool {
	session := o.conn.session
	return session.Encryption != NoEncryption || !o.target.demandsEncryption() && session.StartTLSFailure == nil
}
