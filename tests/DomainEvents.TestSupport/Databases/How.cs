namespace DomainEvents.TestSupport.Databases;

/// <summary>By which of the two ways a test completes transactions.</summary>
public enum How
{
    Synchronously,
    Asynchronously,
}
