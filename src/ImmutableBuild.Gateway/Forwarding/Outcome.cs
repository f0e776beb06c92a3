namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>How an attempt to have an instance answer ended.</summary>
internal enum Outcome
{
    /// <summary>The instance answered, and the answer was passed on to its end.</summary>
    Answered,

    /// <summary>The client left, or sent something that is no request; no fault of the app.</summary>
    ClientsOwn,

    /// <summary>No head came back, and the client has got nothing yet.</summary>
    NotAnswered,

    /// <summary>The gateway had to end it itself: the answer broke off, or a drain limit cut it.</summary>
    Lost,
}
