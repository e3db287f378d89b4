// Package smtpconn is the one way to a mail server. Test connection and the notification service both go through
// [Open], so what was tested is what is used: the same addresses, the same TLS policy, the same choice of login
// mechanism, the same name in EHLO.
//
// Open resolves the name, connects (RFC 8305), sets up TLS (implicit, RFC 8314, or STARTTLS, RFC 3207), reads the
// greeting, says EHLO (RFC 5321) and logs in (RFC 4954). Each step is reported to a [Trace] as it happens. A failure is
// an [*Error] that knows its step, its kind and the server's reply.
//
// go-smtp leads the dialogue. Between it and the network lies a net.Conn of our own, the wire, which gives every step
// a deadline and a way to cancel it, bounds every reply, hides credentials in the transcript by the state of the
// protocol, and pipelines MAIL, RCPT and what follows them (RFC 2920) under an unchanged go-smtp. Greeting and
// STARTTLS are the wire's own: go-smtp would hide their failures in later commands. So is DATA: the wire looks at
// what the server has said before the last byte of a message goes out.
//
// What a server says is searched for our credentials when it is shown, see [Reply]: most of it never is.
//
// A server is hostile input. No reply may hold more than [maxReplyLines] lines or [maxReplyBytes] bytes, and on a
// target with Encrypt set no credential crosses an unencrypted connection, whatever the server says.
package smtpconn
