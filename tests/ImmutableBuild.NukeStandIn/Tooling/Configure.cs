namespace Nuke.Common.Tooling;

/// <summary>Changes settings.</summary>
public delegate T Configure<T>(T settings);

/// <summary>Changes settings for a value.</summary>
public delegate TSettings Configure<TSettings, in TValue>(TSettings settings, TValue value)
    where TSettings : new();

/// <summary>Calls them, where there are any.</summary>
public static class ConfigureExtensions
{
    public static T InvokeSafe<T>(this Configure<T> configurator, T obj) => configurator is null ? obj : configurator(obj);
}
