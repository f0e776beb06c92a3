namespace Nuke.Common.Utilities.Collections;

/// <summary>Pairs, as summaries are written with.</summary>
public static class DictionaryExtensions
{
    public static IDictionary<TKey, TValue> AddPair<TKey, TValue>(this IDictionary<TKey, TValue> dictionary, TKey key, TValue value = default)
    {
        dictionary.Add(key, value);
        return dictionary;
    }
}

/// <summary>What is done with each of several.</summary>
public static class EnumerableExtensions
{
    public static void ForEach<T>(this IEnumerable<T> enumerable, Action<T> action)
    {
        foreach (var item in enumerable)
        {
            action(item);
        }
    }
}
