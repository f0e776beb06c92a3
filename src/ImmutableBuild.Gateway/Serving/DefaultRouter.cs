using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ImmutableBuild.Gateway.Serving;

/// <summary>By which all that is beyond this network is reached: of a container on a bridge, its host.</summary>
internal static class DefaultRouter
{
    /// <summary>Its IPv4 address; null where there is none, or it can't be told.</summary>
    public static IPAddress? Find(GatewayLog log)
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(network => network.GetIPProperties().GatewayAddresses)
                .Select(router => router.Address)
                .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !address.Equals(IPAddress.Any));
        }
        catch (NetworkInformationException fault)
        {
            log.Write($"no default router can be told ({fault.Message}): no proxy on the host is believed");
            return null;
        }
    }
}
