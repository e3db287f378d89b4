package finding

import "github.com/smtp-settings/smtp-settings/shared/text"

// earlierCauses are messages of causes that are said in other words today.
var earlierCauses = []struct {
	was string
	is  text.Message
}{
	{
		"An administrator can turn on “Authenticated SMTP” for the mail box in the Microsoft 365 admin center under " +
			"Mail › Manage email apps.",
		"An administrator can turn on “Authenticated SMTP” for the mailbox in the Microsoft 365 admin center under " +
			"Mail › Manage email apps.",
	},
	{
		"An administrator can turn on “Authenticated SMTP” for the mail box in the Microsoft 365 admin center under " +
			"Mail › Manage email apps. Check the password as well.",
		"An administrator can turn on “Authenticated SMTP” for the mailbox in the Microsoft 365 admin center under " +
			"Mail › Manage email apps.",
	},
	{
		"Ask the server's operator for the limit.",
		"The server's answer says more.",
	},
	{
		"Empty the mail box, or have its limit raised.",
		"Empty the mailbox, or have its limit raised.",
	},
	{
		"Enter login and password of a mail box that may use SMTP AUTH.",
		"Enter login and password of a mailbox that may use SMTP AUTH.",
	},
	{
		"Enter login and password of the mail box that sends the notifications.",
		"Enter login and password of the mailbox that sends the notifications.",
	},
	{
		"It may have expired, belong to another mail box than {login}, or lack the permission to send mail (scope).",
		"It may have expired, belong to another mailbox than {login}, or lack the permission to send mail (scope).",
	},
	{
		"It wants a client authorization code: turn on SMTP in the settings of the mail box and enter the code as the " +
			"password.",
		"It wants a client authorization code: turn on SMTP in the settings of the mailbox and enter the code as the " +
			"password.",
	},
	{
		"Its SHA-256 fingerprint is {fingerprint}. If the server's operator confirms that it was renewed, enter this " +
			"fingerprint; otherwise somebody may be reading along.",
		"Its SHA-256 fingerprint is {fingerprint}. If the server's operator confirms that it was renewed, enter this " +
			"fingerprint; otherwise someone may be reading along.",
	},
	{
		"Log in to the mail box in another way and change the password, or ask the server's operator.",
		"Log in to the mailbox in another way and change the password, or ask the server's operator.",
	},
	{
		"Log in with a mail box of this server, or have its operator allow this machine to relay.",
		"Log in with a mailbox of this server, or have its operator allow this machine to relay.",
	},
	{
		"Lower the number of connections, or use a mail box of its own for notifications.",
		"Lower the number of connections, or use a mailbox of its own for notifications.",
	},
	{
		"Microsoft allows only three connections at a time for one mail box.",
		"Microsoft allows only three connections at a time for one mailbox.",
	},
	{
		"Microsoft refused this login; sending by login (SMTP AUTH) is probably turned off.",
		"Sending by login (SMTP AUTH) is turned off for this mailbox or the whole organisation.",
	},
	{
		"Plain text came where encryption was to begin. Somebody may be tampering with the connection.",
		"Plain text came where encryption was to begin. Someone may be tampering with the connection.",
	},
	{
		"QQ Mail wants an authorization code: turn on SMTP in the settings of the mail box and enter the code as the " +
			"password.",
		"QQ Mail wants an authorization code: turn on SMTP in the settings of the mailbox and enter the code as the " +
			"password.",
	},
	{
		"Security defaults or a conditional access rule forbid logins with a password. Use OAuth 2.0, or have the mail " +
			"box exempted.",
		"Security defaults or a conditional access rule forbid logins with a password. Use OAuth 2.0, or have the mailbox " +
			"exempted.",
	},
	{
		"Sending by login (SMTP AUTH) is turned off for this mail box or the whole organisation.",
		"Sending by login (SMTP AUTH) is turned off for this mailbox or the whole organisation.",
	},
	{
		"Set a new one for the mail box and enter it here.",
		"Set a new one for the mailbox and enter it here.",
	},
	{
		"The mail box of {recipient} is full, or the server has no room.",
		"The mailbox of {recipient} is full, or the server has no space.",
	},
	{
		"The mail box of {recipient} is full.",
		"The mailbox of {recipient} is full, or the server has no space.",
	},
	{
		"The mail box {recipient} does not accept mail.",
		"The mailbox {recipient} does not accept mail.",
	},
	{
		"The mail box {recipient} receives more than it takes at the moment.",
		"The mailbox {recipient} receives more than it takes at the moment.",
	},
	{
		"The message is larger than the server accepts, or the mail box is full.",
		"The message is larger than the server accepts, or the mailbox is full.",
	},
	{
		"The sender's mail box is full, so the server lets it send nothing.",
		"The sender's mailbox is full, so the server lets it send nothing.",
	},
	{
		"The server does not accept {sender} as a sender for this login.",
		"The server does not accept this sender for this login.",
	},
	{
		"The server does not know the mail box {recipient}.",
		"The server does not know the mailbox {recipient}.",
	},
	{
		"The server has no room for messages at the moment.",
		"The server has no space for messages at the moment.",
	},
	{
		"The server knows the account {login}, but it is disabled.",
		"The server does not let the account {login} log in: it, or logging in for sending, is disabled.",
	},
	{
		"The settings are right so far; the owner of the mail box has to empty it.",
		"The owner of the mailbox has to empty it.",
	},
	{
		"The transcript shows what was answered.",
		"Check address and port; the transcript shows what was answered.",
	},
	{
		"Use the address of the login as sender, or have the server's operator grant the right to send as this address.",
		"Use the address of the login as sender (turn off “Use other account settings”, or change “E-mail " +
			"address”), or have the server's operator grant the right.",
	},
	{
		"Yandex wants an app password (id.yandex.com › Security), and mail programs must be allowed in the settings of " +
			"the mail box.",
		"Yandex wants an app password (id.yandex.com › Security), and mail programs must be allowed in the settings of " +
			"the mailbox.",
	},
}

func withCauses(messages map[string]text.Renaming) map[string]text.Renaming {
	for _, one := range earlierCauses {
		messages[one.was] = text.Renaming{Message: one.is}
	}
	return messages
}
