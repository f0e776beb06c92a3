using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Api;

/// <summary>Volumes.</summary>
internal interface IVolumeOperations
{
    /// <summary>Those there are.</summary>
    Task<VolumesListResponse> ListAsync(Filters filters, CancellationToken cancellationToken);

    /// <summary>Creates one; finds the one of that name where there is one.</summary>
    Task<VolumeResponse> CreateAsync(VolumesCreateParameters parameters, CancellationToken cancellationToken);

    /// <summary>Everything of one.</summary>
    Task<VolumeResponse> InspectAsync(string name, CancellationToken cancellationToken);

    /// <summary>Removes it with all that is in it; a Conflict while a container has it.</summary>
    Task RemoveAsync(string name, CancellationToken cancellationToken);
}
