package transport

import (
	"context"

	"golang.org/x/time/rate"
	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// migrationClient asks a plugin to move its database.
type migrationClient struct {
	*client
	rpc settingsv1.MigrationServiceClient
}

func connectMigrator(c *client) shared.Migrator {
	return &migrationClient{c, settingsv1.NewMigrationServiceClient(c.conn)}
}

func (c *migrationClient) Migrate(
	ctx context.Context, request shared.MigrateRequest, progress func(shared.MigrateProgress),
) (result shared.MigrateResult, err error) {
	stream := newMigrateStream(c.inspect())
	err = listen(ctx, c.client, c.rpc.Migrate, migrateRequestToProto(request),
		func(reply *settingsv1.MigrateResponse) error {
			switch event := reply.GetEvent().(type) {
			case *settingsv1.MigrateResponse_Progress:
				told := migrateProgressFromProto(event.Progress)
				if err := stream.take(&told); err != nil {
					return err
				}
				progress(told)
				return nil
			case *settingsv1.MigrateResponse_Result:
				result = migrateResultFromProto(event.Result)
				return stream.take(&result)
			default:
				return stream.take(nil)
			}
		})
	if err == nil {
		err = stream.end()
	}
	return result, err
}

// migrationServer translates calls to move the database to the page.
type migrationServer struct {
	settingsv1.UnimplementedMigrationServiceServer
	migrator shared.Migrator
}

func serveMigrator(migrator shared.Migrator) settingsv1.MigrationServiceServer {
	return &migrationServer{migrator: migrator}
}

func (s *migrationServer) Migrate(
	request *settingsv1.MigrateRequest, stream grpc.ServerStreamingServer[settingsv1.MigrateResponse],
) error {
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	often := rate.NewLimiter(rate.Every(migrateNews), 1)
	result, err := s.migrator.Migrate(ctx, migrateRequestFromProto(request), func(progress shared.MigrateProgress) {
		if progress.Done < progress.All && !often.Allow() {
			return
		}
		if stream.Send(migrateProgressReply(progress)) != nil {
			cancel() // The host does not listen any more.
		}
	})
	if err != nil {
		return toStatus(err)
	}
	return stream.Send(&settingsv1.MigrateResponse{
		Event: &settingsv1.MigrateResponse_Result{Result: migrateResultToProto(result)},
	})
}

func migrateProgressReply(progress shared.MigrateProgress) *settingsv1.MigrateResponse {
	return &settingsv1.MigrateResponse{
		Event: &settingsv1.MigrateResponse_Progress{Progress: migrateProgressToProto(progress)},
	}
}

func migrateRequestToProto(r shared.MigrateRequest) *settingsv1.MigrateRequest {
	return &settingsv1.MigrateRequest{Actor: printable.Line(r.Actor), To: validUTF8(r.To.Reveal()), Undo: r.Undo}
}

func migrateRequestFromProto(r *settingsv1.MigrateRequest) shared.MigrateRequest {
	return shared.MigrateRequest{Actor: r.GetActor(), To: shared.NewSecretText(r.GetTo()), Undo: r.GetUndo()}
}

func migrateProgressToProto(p shared.MigrateProgress) *settingsv1.MigrateProgress {
	return &settingsv1.MigrateProgress{Table: validUTF8(p.Table), Done: p.Done, All: p.All}
}

func migrateProgressFromProto(p *settingsv1.MigrateProgress) shared.MigrateProgress {
	return shared.MigrateProgress{Table: p.GetTable(), Done: p.GetDone(), All: p.GetAll()}
}

func migrateResultToProto(r shared.MigrateResult) *settingsv1.MigrateResult {
	return &settingsv1.MigrateResult{
		Revisions: r.Revisions, Notifications: r.Notifications, To: validUTF8(r.To), Held: r.Held,
	}
}

func migrateResultFromProto(r *settingsv1.MigrateResult) shared.MigrateResult {
	return shared.MigrateResult{
		Revisions: r.GetRevisions(), Notifications: r.GetNotifications(), To: r.GetTo(), Held: r.GetHeld(),
	}
}
