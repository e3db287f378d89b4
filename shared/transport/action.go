package transport

import (
	"context"

	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// actionClient asks a plugin to run an action.
type actionClient struct {
	*client
	rpc settingsv1.ActionServiceClient
}

func connectActionRunner(c *client) shared.ActionRunner {
	return &actionClient{c, settingsv1.NewActionServiceClient(c.conn)}
}

func (c *actionClient) RunAction(
	ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error,
) error {
	events := testStream{inspection: *c.inspect(), action: request.Action}
	if events.form == nil || !events.form.needSecrets[request.Action] {
		request.Draft.Secrets = nil // Whatever the caller does: a secret goes only where it is needed.
	}
	take := func(reply *settingsv1.RunActionResponse) error {
		event, err := events.take(testEventFromProto(reply.GetEvent()))
		if err != nil || event == nil { // A later minor version may send events that this host does not know.
			return err
		}
		return send(event)
	}
	if err := listen(ctx, c.client, c.rpc.RunAction, actionRequestToProto(request), take); err != nil {
		return err
	}
	return events.end()
}

// actionServer translates calls to run an action to the page.
type actionServer struct {
	settingsv1.UnimplementedActionServiceServer
	runner shared.ActionRunner
}

func serveActionRunner(runner shared.ActionRunner) settingsv1.ActionServiceServer {
	return &actionServer{runner: runner}
}

func (s *actionServer) RunAction(
	request *settingsv1.RunActionRequest, stream grpc.ServerStreamingServer[settingsv1.RunActionResponse],
) error {
	send := func(event shared.TestEvent) error {
		return stream.Send(&settingsv1.RunActionResponse{Event: testEventToProto(event)})
	}
	return toStatus(s.runner.RunAction(stream.Context(), actionRequestFromProto(request), send))
}

func actionRequestToProto(r shared.ActionRequest) *settingsv1.RunActionRequest {
	return &settingsv1.RunActionRequest{
		Locale: validUTF8(r.Locale), Actor: printable.Line(r.Actor), Action: validUTF8(r.Action),
		Draft: draftToProto(r.Draft), Options: valuesToProto(r.Options), ReturnUrl: validUTF8(r.ReturnURL),
		Returned: validUTF8(r.Returned), Browser: printable.Line(r.Browser),
	}
}

func actionRequestFromProto(r *settingsv1.RunActionRequest) shared.ActionRequest {
	return shared.ActionRequest{
		Locale: r.GetLocale(), Actor: r.GetActor(), Action: r.GetAction(), Draft: draftFromProto(r.GetDraft()),
		Options: valuesFromProto(r.GetOptions()), ReturnURL: r.GetReturnUrl(), Returned: r.GetReturned(),
		Browser: r.GetBrowser(),
	}
}

func actionResultToProto(r shared.ActionResult) *settingsv1.ActionResult {
	if r.IsZero() {
		return nil
	}
	return &settingsv1.ActionResult{
		Values: valuesToProto(r.Values), Tickets: eachValue(r.Tickets,
			func(ticket shared.SecretText) string { return validUTF8(ticket.Reveal()) }),
		Choices: eachValue(r.Choices, func(options []shared.Option) *settingsv1.OptionList {
			return &settingsv1.OptionList{Options: each(options, optionToProto)}
		}),
	}
}

func actionResultFromProto(r *settingsv1.ActionResult) shared.ActionResult {
	return shared.ActionResult{
		Values: valuesFromProto(r.GetValues()), Tickets: eachValue(r.GetTickets(), shared.NewSecretText),
		Choices: eachValue(r.GetChoices(), func(list *settingsv1.OptionList) []shared.Option {
			return each(list.GetOptions(), optionFromProto)
		}),
	}
}

func promptToProto(p shared.Prompt) *settingsv1.Prompt {
	return &settingsv1.Prompt{
		Text: validUTF8(p.Text), Url: validUTF8(p.URL), Code: validUTF8(p.Code), Expires: timeToProto(p.Expires),
		Resume: validUTF8(p.Resume),
	}
}

func promptFromProto(p *settingsv1.Prompt) shared.Prompt {
	return shared.Prompt{
		Text: p.GetText(), URL: p.GetUrl(), Code: p.GetCode(), Expires: timeFromProto(p.GetExpires()),
		Resume: p.GetResume(),
	}
}
