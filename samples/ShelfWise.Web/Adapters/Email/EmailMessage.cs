namespace ShelfWise.Adapters.Email;

internal sealed record EmailMessage(string Recipient, string Subject, string Text);
