namespace Nuke.Common.Tooling;

/// <summary>A program that the build calls.</summary>
public delegate IReadOnlyCollection<Output> Tool(
    ArgumentStringHandler arguments,
    string workingDirectory = null,
    IReadOnlyDictionary<string, string> environmentVariables = null,
    int? timeout = null,
    bool? logOutput = null,
    bool? logInvocation = null,
    Action<OutputType, string> logger = null,
    Action<IProcess> exitHandler = null);

/// <summary>A program that is required.</summary>
public interface IRequireTool;

/// <summary>A program that is required in one version.</summary>
public interface IRequireToolWithVersion;
