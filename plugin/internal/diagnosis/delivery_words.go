package diagnosis

import "github.com/smtp-settings/smtp-settings/shared/text"

// Advice for a delivery that several causes share. A notification is tried again while nobody looks, so nobody is told
// to press a button.
const (
	triedAgain     text.Message = "It is tried again by itself."
	orTellOperator text.Message = "It is tried again by itself. If it stays like this, tell the server's operator."
	orAskForMore   text.Message = "It is tried again by itself. If it stays like this, ask your provider for a " +
		"higher limit."
	orUseAnotherPort text.Message = "It is tried again by itself. If it stays like this, use another port."
	orCheckNames     text.Message = "It is tried again by itself. If it stays like this, check the name servers of " +
		"the domain."
	orTellRecipient text.Message = "It is tried again by itself. If it stays like this, tell the administrator of " +
		"the recipient's domain."
	checkSpelling    text.Message = "It is tried again by itself. Check the spelling of the domain."
	senderMustAnswer text.Message = "It is tried again by itself. The mail server of the sender's domain has to answer."
	endsByItself     text.Message = "Often this happens after several wrong passwords and ends by itself after a " +
		"while; otherwise ask the server's operator."
	signInToNetwork text.Message = "Sign in to the network with a web browser on this machine. On a server, have the " +
		"network's operator let connections to {host} pass. Nothing secret was sent."
	serverSaysMore    text.Message = "The server's answer says more."
	reportWithLog     text.Message = "Please report it, with what the log says."
	attemptFailed     text.Message = "The attempt failed."
	attemptFailedStep text.Message = "The attempt failed at the step “{step}”."
)

// delivering is for words that a delivery alone has.
func delivering(r *reading) bool { return r.Delivery }

// failedAttempt are the words for what a test describes as itself.
var failedAttempt = []wording{
	{when: delivering, summary: attemptFailedStep, detail: serverSaysMore},
	{when: delivering, summary: attemptFailed, detail: serverSaysMore},
}
